#!/bin/bash
# The control plane's init: etcd, the API server, the controllers, the scheduler and the volume provisioner.
# shellcheck source=init.sh disable=SC1091
. /etc/edge/init.sh
# shellcheck disable=SC1091
. /etc/edge/settings # API_ADDRESS SERVICE_RANGE API_FLAGS CONTROLLER_FLAGS BUSYBOX
cd /etc/kubernetes || exit 1
await_network br0

# A garbage collector that runs more often: the machine has more time than memory.
export GOGC=50

# A throw-away cluster need not survive a power cut, so etcd does not wait for the disk.
supervise etcd etcd --data-dir /var/lib/etcd --unsafe-no-fsync \
  --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
  --listen-peer-urls http://127.0.0.1:2380
# shellcheck disable=SC2086
supervise kube-apiserver kube-apiserver --etcd-servers=http://127.0.0.1:2379 \
  --advertise-address="$API_ADDRESS" --secure-port=6443 \
  --tls-cert-file=apiserver.crt --tls-private-key-file=apiserver.key --client-ca-file=ca.crt \
  --service-account-key-file=sa.key --service-account-signing-key-file=sa.key \
  --service-account-issuer=https://kubernetes.default.svc --service-cluster-ip-range="$SERVICE_RANGE" \
  --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged=true \
  --kubelet-preferred-address-types=InternalIP,Hostname --kubelet-certificate-authority=ca.crt \
  --kubelet-client-certificate=admin.crt --kubelet-client-key=admin.key $API_FLAGS

await_port "$API_ADDRESS" 6443
# With its usual rate limit the controllers start one after the other, 150 ms apart.
# shellcheck disable=SC2086
supervise kube-controller-manager kube-controller-manager --kubeconfig=controllers.conf --bind-address=127.0.0.1 \
  --service-account-private-key-file=sa.key --root-ca-file=ca.crt --use-service-account-credentials \
  --cluster-signing-cert-file=ca.crt --cluster-signing-key-file=ca.key --leader-elect=false \
  --kube-api-qps=300 --kube-api-burst=600 $CONTROLLER_FLAGS
await_api "$API_ADDRESS"
supervise kube-scheduler kube-scheduler --kubeconfig=scheduler.conf --bind-address=127.0.0.1 --leader-elect=false
supervise local-path-provisioner local-path-provisioner start --kubeconfig=admin.conf --namespace=kube-system \
  --config=/etc/edge/volumes.json --configmap-name=local-path-config --helper-pod-file=/etc/edge/volume-helper.json \
  --helper-image="$BUSYBOX" --service-account-name=default
reap
