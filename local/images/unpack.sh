#!/bin/bash
# Has a containerd of its own import images: BIN (its programs), CONFIG (its configuration), STORE (the folder that it is
# to keep them in), the archives as arguments. Runs in namespaces of its own, with which its mounts and processes go.
set -eu
PATH=$BIN:$PATH
mount -t tmpfs edge-unpack /run
ip link set lo up
containerd --config <(printf %s "$CONFIG") --root "$STORE" >/run/containerd.log 2>&1 &
until ctr version >/dev/null 2>&1; do
  kill -0 $! 2>/dev/null || { cat /run/containerd.log >&2 && exit 1; }
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
