#!/bin/sh
# Runs Caddy, and has it read its files anew when they change: the kubelet puts the new text of a Secret into its volume
# by itself. No connection is refused meanwhile, and nothing that is asked already is cut.
#
#   serve.sh OPEN FOLDER CONFIG [FILE…]
#     OPEN    how many files it may have open         FOLDER  what is noted here, and Caddy's own socket
#     CONFIG  its configuration                       FILE    what the configuration reads besides
#
# FOLDER/serves has the digests of the files that Caddy runs with, FOLDER/refused of those that it did not take.
set -eu
open=$1 folder=$2 config=$3
shift 2
# shellcheck disable=SC3045 # dash and busybox have it; others wait in the kernel's queue until one leaves
ulimit -n "$open" || :

# The digests are older than what Caddy reads: what changes in between is read once more.
sha256sum "$@" >"$folder/serves"
: >"$folder/refused"
rm -f "$folder/admin.sock" # of a Caddy that was killed
rounds=0

# Caddy has the number of this shell, and the watch ends with it.
while sleep 2 && kill -0 $$ 2>/dev/null; do
  rounds=$((rounds + 1))
  [ -S "$folder/admin.sock" ] || continue # it does not listen yet
  now=$(sha256sum "$@" 2>/dev/null) || continue # one is being replaced
  [ "$now" != "$(cat "$folder/serves")" ] || continue
  # What was refused is tried again each minute: memory may have been short.
  [ "$now" != "$(cat "$folder/refused")" ] || [ $((rounds % 30)) -eq 0 ] || continue
  if caddy reload --force --config "$config" --address "unix/$folder/admin.sock"; then
    printf '%s\n' "$now" >"$folder/serves"
    : >"$folder/refused"
  else
    printf '%s\n' "$now" >"$folder/refused"
  fi
done &
exec caddy run --config "$config"
