#!/bin/sh
# Runs Caddy, and has it read its files anew when they change: the kubelet puts the new text of a Secret into its volume
# by itself. No connection is refused meanwhile, and nothing that is asked already is cut.
#
#   serve.sh OPEN FOLDER CONFIG [FILE…]
#     OPEN    how many files it may have open         FOLDER  what is noted here, and Caddy's own socket
#     CONFIG  its configuration                       FILE    what the configuration reads besides, the certificate first
#
# FOLDER/serves has the digests of the files that Caddy runs with, FOLDER/refused of those that it did not take, and
# FOLDER/ends when the certificate in FILE ends, for those who measure.
set -eu
open=$1 folder=$2 config=$3
shift 2
# shellcheck disable=SC3045 # dash and busybox have it; others wait in the kernel's queue until one leaves
ulimit -n "$open" || :

# When the first certificate in a file ends, in seconds since 1970, or NaN where that is not to be read.
ends() {
  der=$(sed -n '/-BEGIN CERT/,/-END CERT/p; /-END CERT/q' "$1" | sed '/-----/d' | tr -d '\r' | base64 -d | od -An -v -tx1 | tr -d ' \n')
  # Two times stand side by side: since when it is valid, and until when. A year of two digits is of this century.
  end=$(printf %s "$der" | grep -oE '(170d(3[0-9]){12}5a|180f(3[0-9]){14}5a){2}' | sed -E '
    s/^(170d.{26}|180f.{30})//
    s/^170d/3230/
    s/^180f|5a$//g
    s/3(.)/\1/g
    s/(....)(..)(..)(..)(..)(..)/\1-\2-\3 \4:\5:\6/
    q')
  date -u -d "${end:-none}" +%s 2>/dev/null || echo NaN
}

# What Caddy runs with from now on.
note() {
  printf '%s\n' "$1" >"$folder/serves"
  : >"$folder/refused"
  shift
  [ $# -gt 1 ] || return 0
  ends "$2" >"$folder/ends.new"
  mv "$folder/ends.new" "$folder/ends"
}

# The digests are older than what Caddy reads: what changes in between is read once more.
now=$(sha256sum "$@")
note "$now" "$@"
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
    note "$now" "$@"
  else
    printf '%s\n' "$now" >"$folder/refused"
  fi
done &
exec caddy run --config "$config"
