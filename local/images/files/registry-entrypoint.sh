#!/bin/sh
# A configuration file alone means "serve it"; anything else is the registry's own arguments.
set -e
case "${1:-}" in
  *.yaml | *.yml) set -- registry serve "$@" ;;
  serve | garbage-collect | help | -*) set -- registry "$@" ;;
esac
exec "$@"
