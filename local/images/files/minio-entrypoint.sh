#!/bin/sh
# Arguments are the server's own, with its name before them or without.
set -eu
[ "${1:-minio}" = minio ] || set -- minio "$@"
exec "$@"
