#!/bin/bash
# Has a containerd of its own import images: BIN (its programs), STORE (the folder that it is to keep them in), the
# archives as arguments. Runs in namespaces of its own, with which its mounts and processes go.
set -eu
PATH=$BIN:$PATH
mount -t tmpfs edge-unpack /run
# Without the parts that make folders of the machine's, and want its network.
cat >/run/config.toml <<'END'
version = 3
disabled_plugins = [
  "io.containerd.internal.v1.opt", "io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime"
]
END
containerd --config /run/config.toml --root "$STORE" >/run/containerd.log 2>&1 &
for ((tries = 0; ; tries++)); do
  ctr version >/dev/null 2>&1 && break
  if ((tries == 300)) || ! kill -0 $! 2>/dev/null; then
    cat /run/containerd.log >&2
    exit 1
  fi
  sleep 0.1
done
# By ctr itself, not by the transfer service, which takes half as long again.
for archive; do ctr -n k8s.io images import --local "$archive" >/dev/null; done
kill $!
wait $! || true

# What else it made there is of this run alone.
cd "$STORE"
for folder in *; do
  case $folder in
    *.content.* | *.metadata.* | *.overlayfs) ;;
    *) rm -r "$folder" ;;
  esac
done
