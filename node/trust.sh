#!/bin/sh
# Makes one node trust the registry, keeps it so, and says whether it does. Nothing is needed but busybox.
#
#   trust.sh run                put everything in its place, and again whenever it is not, until stopped
#   trust.sh once               one pass, for a look by hand
#   trust.sh status [RUNTIME]   "trusts <sha256 of the bundle> since <time>", or "cannot <why>" and 1;
#                               RUNTIME as the cluster calls it, such as containerd://2.2.7
#   trust.sh leave              take away all that is this owner's; a loop that runs puts nothing back
#
#   /trust  the ConfigMap: owner, registries, hosts, ca.crt, not-before, and these scripts
#   /host   what is written of the host, each part at its own path
#   /state  a folder of this pod alone
# ROOT stands before the three, for tests.
# shellcheck disable=SC2154,SC2034
set -euf
umask 022
export LC_ALL=C
ROOT=${ROOT:-}
TRUST=$ROOT/trust HOST=$ROOT/host STATE=$ROOT/state hosts=$ROOT/host/etc/hosts
owner='' pattern='' names='' entry='' roots='' certs='' config='' reason='' wrote='' stopping=''

# Only the first reason counts: what follows is mostly its echo.
cannot() { reason=${reason:-$*}; }

# The first line of a file of a few words, or nothing.
first_line() {
  line=''
  IFS= read -r line 2>/dev/null <"$1" || :
}

# What the loop could not do, for a status that finds it undone.
undone() {
  first_line "$STATE/reason"
  cannot "${line:-"$1 is not in its place yet"}"
}

for part in runtimes home certs hosts; do
  # shellcheck source=/dev/null
  . "${0%/*}/$part.sh"
done

read_owner() {
  first_line "$TRUST/owner"
  owner=$line
  case $owner in '' | *[!A-Za-z0-9._/-]*) cannot "the ConfigMap's owner is no name" && return 1 ;; esac
  pattern="^[0-9a-fA-F.:]*[[:space:]][^#]*# edge-registry $(echo "$owner" | sed 's/[.]/[.]/g')[[:space:]]*\$"
}

# What is asked for. Nothing is believed that could lead out of a folder or to a second line.
read_wishes() {
  read_owner || return
  names=$(tr '\n' ' ' 2>/dev/null <"$TRUST/registries")
  for name in ${names:-.}; do
    case $name in .* | *[!][A-Za-z0-9.:-]*) cannot "the ConfigMap's registries are no hosts and ports" && return 1 ;; esac
  done
  first_line "$TRUST/hosts"
  case $line in
    '') entry='' ;;
    *[!A-Za-z0-9.:\ -]* | *' '*' '*) cannot "the ConfigMap's hosts is no address and name" && return 1 ;;
    [0-9a-fA-F:]*' '[A-Za-z0-9]*) entry="$line # edge-registry $owner" ;;
    *) cannot "the ConfigMap's hosts is no address and name" && return 1 ;;
  esac
  if ! grep -qs '^-----BEGIN CERTIFICATE-----' "$TRUST/ca.crt"; then
    cannot "the ConfigMap's ca.crt holds no certificate" && return 1
  fi
}

# One pass over everything, under the lock. A second one finds nothing to write.
reconcile() {
  reason='' wrote=''
  [ ! -e "$STATE/left" ] || return 0
  read_wishes && find_runtime && make_home && take_lock || return
  if [ ! -e "$STATE/left" ]; then
    for name in $names; do keep_folder "$name"; done
    drop_folders
    keep_entry "$entry"
  fi
  release_lock
  [ -z "$reason" ] || return
  sum=$(sha256sum <"$TRUST/ca.crt")
  first_line "$STATE/since"
  [ "${line%% *}" = "${sum%% *}" ] || echo "${sum%% *} since $(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$STATE/since"
}

# All that decides, in one look that costs two processes. What is missing shows as an error.
glance() {
  set -- "$hosts"
  for name in $names; do
    set -- "$@" "$HOST$certs/$name" "$HOST$certs/${name%:*}_${name##*:}_" "$HOST$certs/$name/hosts.toml"
  done
  stat -c '%n %a %h' "$@" 2>&1 || :
  set -- "$TRUST/owner" "$TRUST/registries" "$TRUST/hosts" "$TRUST/ca.crt" "$HOST$config" "$hosts"
  for name in $names; do set -- "$@" "$HOST$certs/$name/ca.crt" "$HOST$certs/$name/$mark"; done
  md5sum "$@" 2>&1 || :
}

# SIGTERM may mean a rollout, an eviction or a reboot: it only ends the loop, between two passes.
run() {
  # A pipe that nobody writes to: waiting on it costs no process, and a signal ends the wait.
  [ -p "$STATE/clock" ] || mkfifo "$STATE/clock"
  exec 3<>"$STATE/clock"
  trap 'stopping=yes' TERM INT
  seen='' idle=0
  until [ -n "$stopping" ]; do
    now=$(glance)
    # What failed is tried again, though not so often that it costs.
    if [ "$now" != "$seen" ] || { [ -n "$reason" ] && [ "$idle" -ge 3 ]; }; then
      idle=0 said=$reason
      reconcile || :
      # Only a pass that had nothing to do proves that what was seen is right.
      if [ -z "$wrote" ]; then seen=$now; else seen=''; fi
      # A state that cannot be written, as on a full disk, must not end the loop.
      echo "$reason" >"$STATE/reason" || :
      [ "$reason" = "$said" ] || echo "${reason:-all is in its place}"
    fi
    idle=$((idle + 1))
    # The hosts file was renamed over: the mount shows the old one, and only a new container gets the new one.
    case $now in *"$hosts "[0-7][0-7][0-7]" 0"*) echo "/etc/hosts was replaced: starting again to see it" && exit ;; esac
    # shellcheck disable=SC3045
    read -r -t 3 _ <&3 || :
  done
}

once() {
  reconcile || { echo "cannot $reason" && return 1; }
  echo "all is in its place"
}

# Looks at the node itself, and writes nothing.
status() {
  if read_wishes && find_runtime; then
    [ ! -e "$STATE/left" ] || cannot "this pod took the trust away; a new pod brings it back"
    judge_runtime "${1:-}"
    judge_clock
    for name in $names; do judge_folder "$name"; done
    judge_entry
  fi
  sum=$(sha256sum 2>/dev/null <"$TRUST/ca.crt" || :)
  first_line "$STATE/since"
  [ "${line%% *}" = "${sum%% *}" ] || undone "the bundle"
  if [ -n "$reason" ]; then echo "cannot $reason" && return 1; fi
  echo "trusts $line"
}

# A certificate that is not valid yet is no better than a wrong one to the runtime.
judge_clock() {
  first_line "$TRUST/not-before"
  case $line in '' | *[!0-9]*) return ;; esac
  [ "$(date +%s)" -ge "$line" ] ||
    cannot "this node's clock says $(date -u +%Y-%m-%dT%H:%M:%SZ), before the certificate starts: set the clock"
}

leave() {
  : >"$STATE/left"
  if read_owner && find_runtime && make_home && take_lock; then
    drop_folders
    keep_entry ''
    release_lock
    drop_home
  fi
  for path in $(
    own_folders
    if own_lines >/dev/null; then echo "$hosts"; fi
  ); do cannot "${path#"$HOST"} is still there"; done
  if [ -n "$reason" ]; then echo "cannot $reason" && return 1; fi
  echo "nothing is left"
}

case ${1:-} in
  run | once | status | leave) "$@" ;;
  *) echo "Expected run, once, status or leave, got '${1:-}'" >&2 && exit 2 ;;
esac
