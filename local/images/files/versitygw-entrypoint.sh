#!/bin/sh
# Arguments are the gateway's own; without any, the backend comes from the environment.
set -e
[ "$#" -eq 0 ] || exec /usr/local/bin/versitygw "$@"
if [ -z "${VGW_BACKEND:-}" ]; then
  echo "no arguments given and VGW_BACKEND is unset: expected posix, scoutfs, s3, azure or plugin" >&2
  exit 1
fi
# Several arguments in one variable, split on purpose.
# shellcheck disable=SC2086
exec /usr/local/bin/versitygw ${VGW_ARGS:-} "$VGW_BACKEND" ${VGW_BACKEND_ARG:+"$VGW_BACKEND_ARG"} ${VGW_BACKEND_ARGS:-}
