#!/bin/bash
# A node's init: containerd, the images, kubelet and kube-proxy.
# shellcheck source=init.sh disable=SC1091
. /etc/edge/init.sh
# shellcheck disable=SC1091
. /etc/edge/settings # NAME ADDRESS API_ADDRESS POD_RANGE CONTAINERD_CONFIG ANNOTATION FIRST_IMAGES OTHER_IMAGES
await_network eth0

# A garbage collector that runs more often: edge nodes have more time than memory.
export GOGC=50

supervise containerd containerd --config "$CONTAINERD_CONFIG"
until ctr version >/dev/null 2>&1; do sleep 0.1; done

# Each image once in the node's life; the marks also tell the outside how far it is. Read by ctr itself, not by the
# transfer service, which takes half as long again.
import_images() {
  local archive mark
  for archive in "$@"; do
    mark=/var/lib/edge/imported/${archive//\//_}
    [ -e "$mark" ] || { ctr -n k8s.io images import --local "$archive" && : >"$mark"; } >>/var/log/images.log 2>&1
  done
}
# shellcheck disable=SC2086
import_images $FIRST_IMAGES

await_port "$API_ADDRESS" 6443
supervise kubelet kubelet --config=/etc/kubernetes/kubelet.json --kubeconfig=/etc/kubernetes/kubelet.conf \
  --hostname-override="$NAME" --node-ip="$ADDRESS" --root-dir=/var/lib/kubelet
supervise kube-proxy kube-proxy --kubeconfig=/etc/kubernetes/proxy.conf --hostname-override="$NAME" \
  --proxy-mode=iptables --cluster-cidr="$POD_RANGE" --conntrack-max-per-core=0
# With the node's own rights, once it is known to the cluster; before the last images, which a start waits for.
if [ -n "$ANNOTATION" ]; then
  until kubectl --kubeconfig=/etc/kubernetes/kubelet.conf annotate --overwrite node "$NAME" "$ANNOTATION"; do
    sleep 0.1
  done >>/var/log/annotate.log 2>&1
fi
# shellcheck disable=SC2086
import_images $OTHER_IMAGES
reap
