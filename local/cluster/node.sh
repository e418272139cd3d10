#!/bin/bash
# A node's init: containerd, kubelet and kube-proxy.
# shellcheck source=init.sh disable=SC1091
. /etc/edge/init.sh
# shellcheck disable=SC1091
. /etc/edge/settings # NAME ADDRESS API_ADDRESS POD_RANGE CONTAINERD_CONFIG ANNOTATION
await_network eth0

# A garbage collector that runs more often: edge nodes have more time than memory.
export GOGC=50

supervise containerd containerd --config "$CONTAINERD_CONFIG"
until ctr version >/dev/null 2>&1; do sleep 0.1; done

await_port "$API_ADDRESS" 6443
supervise kubelet kubelet --config=/etc/kubernetes/kubelet.json --kubeconfig=/etc/kubernetes/kubelet.conf \
  --hostname-override="$NAME" --node-ip="$ADDRESS" --root-dir=/var/lib/kubelet
{
  await_api "$API_ADDRESS"
  supervise kube-proxy kube-proxy --kubeconfig=/etc/kubernetes/proxy.conf --hostname-override="$NAME" \
    --proxy-mode=iptables --cluster-cidr="$POD_RANGE" --conntrack-max-per-core=0
} &
# With the node's own rights, once it is known to the cluster.
if [ -n "$ANNOTATION" ]; then
  until kubectl --kubeconfig=/etc/kubernetes/kubelet.conf annotate --overwrite node "$NAME" "$ANNOTATION"; do
    sleep 0.1
  done >>/var/log/annotate.log 2>&1
fi
reap
