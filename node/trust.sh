#!/bin/sh
# Makes one node trust the registry, keeps it so, and says whether it does. Nothing is needed but busybox.
#
#   trust.sh run                put everything in its place, and again whenever it is not, until stopped
#   trust.sh once               one pass and whether the node trusts after it, for a look by hand
#   trust.sh status [RUNTIME]   "trusts <sha256 of the bundle> since <time>", or "cannot <why>" and 1, or 3 where the host
#                               has to be set up in another way;
#                               RUNTIME as the cluster calls it, such as containerd://2.2.7
#   trust.sh view [RUNTIME]     the same for a program: a line for each of runtime, since, cannot and note, then the
#                               certificates as they lie on the node
#   trust.sh leave              take away all that is this owner's; a loop that runs puts nothing back
#
#   /trust  the ConfigMap: owner, registries, hosts, adopt, ca.crt, not-before, and these scripts
#   /host   the host's /etc, and its runtime's folder where that is elsewhere, each at its own path
#   /state  a folder of this pod alone
# ROOT stands before the three, for tests.
# shellcheck disable=SC2154,SC2034
set -euf
umask 022
export LC_ALL=C
ROOT=${ROOT:-}
TRUST=$ROOT/trust HOST=$ROOT/host STATE=$ROOT/state hosts=$ROOT/host/etc/hosts home=$ROOT/host/etc/.edge-registry
mark=.edge-registry owner='' pattern='' names='' adopt='' entry='' roots='' every='' signs='' watched='' certs='' system='' asked=''
runtime='' reason='' asides='' wrote='' again='' code=1 stopping='' root='' written=''

# Only the first reason counts: what follows is mostly its echo.
cannot() { reason=${reason:-$*}; }

# The first line of a file of a few words, or nothing.
first_line() {
  line=''
  IFS= read -r line 2>/dev/null <"$1" || :
}

# What a pass could not do, for who finds it undone.
undone() {
  first_line "$STATE/undone"
  cannot "${line:-"$1 is not in its place yet"}"
}

for part in runtimes containerd home certs hosts status; do
  # shellcheck source=/dev/null
  . "${0%/*}/$part.sh"
done

read_owner() {
  first_line "$TRUST/owner"
  owner=$line
  case $owner in '' | *[!A-Za-z0-9._/-]*) cannot "the ConfigMap's owner is no name" && return 1 ;; esac
  # Half-done work lies beside what it becomes, to be moved in one step.
  new=.edge-registry.new.$(echo "$owner" | tr / _)
  dotted=$(echo "$owner" | sed 's/[.]/[.]/g')
  pattern="^[0-9a-fA-F.:]*[[:space:]][^#]*# edge-registry ${dotted}[[:space:]]*\$"
}

# What is asked for. Nothing is believed that could lead out of a folder or to a second line.
read_wishes() {
  read_owner || return
  names=$(tr '\n' ' ' 2>/dev/null <"$TRUST/registries")
  for name in ${names:-.}; do
    case $name in .* | *[!][A-Za-z0-9.:-]*) cannot "the ConfigMap's registries are no hosts and ports" && return 1 ;; esac
  done
  first_line "$TRUST/adopt"
  adopt=$line
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

# One pass over everything, and whether the node trusts after it. A second pass finds nothing to write. What was in the
# way is told as the reason where the node does not trust for it, and else as an aside.
reconcile() {
  reason='' asides='' wrote='' again=yes
  not_left && read_wishes && find_runtimes || return
  keep_all || :
  record undone "$reason"
  hindrance=$reason again=$reason$asides reason=''
  judge_trust
  [ "$reason" = "$hindrance" ] || asides="$asides${hindrance:+$hindrance; }"
  [ -z "$reason" ]
}

keep_all() {
  [ "$system" != Talos ] || return 0
  take_lock || return
  if [ ! -e "$STATE/left" ]; then
    for root in $roots; do keep_root; done
    drop_folders
    root=/etc
    keep_entry "$entry"
  fi
  release_lock
}

# record NAME TEXT: a line in the pod's own folder, in one step. One that cannot be written must not end the loop.
record() { { echo "$2" >"$STATE/$1.new" && mv -f "$STATE/$1.new" "$STATE/$1"; } || :; }

# All that decides, in one look that costs one process: any change of a file's content shows in its ctime, and what is
# missing as an error.
look() {
  : >"$STATE/looked" || :
  set -- "$TRUST/owner" "$TRUST/registries" "$TRUST/hosts" "$TRUST/adopt" "$TRUST/ca.crt" "$hosts"
  for root in $roots; do
    for name in $names; do
      folder=$HOST$root/$name
      set -- "$@" "$folder" "$folder/ca.crt" "$folder/$mark" "$folder/hosts.toml" "$HOST$root/${name%:*}_${name##*:}_"
    done
  done
  written=$*
  # shellcheck disable=SC2086
  now=$(stat -L -c '%n %a %s %i %z' "$@" "$STATE/runtime" $watched 2>&1) || :
  for sign in $signs; do if [ -e "$sign" ]; then now="$now $sign"; fi; done
}

# Between the looks, at the cost of none: whether all that was written is there, and older than the last look. The shell
# compares whole seconds.
glance() {
  for file in $written; do
    case $file in */hosts.toml | *_) continue ;; esac
    # shellcheck disable=SC3013
    [ "$STATE/looked" -nt "$file" ] || return
  done
}

# SIGTERM may mean a rollout, an eviction or a reboot: it only ends the loop, between two passes.
run() {
  # A pipe that nobody writes to: waiting on it costs no process, and a signal ends the wait.
  [ -p "$STATE/clock" ] || mkfifo "$STATE/clock"
  exec 3<>"$STATE/clock"
  trap 'stopping=yes' TERM INT
  seen='' idle=0
  until [ -n "$stopping" ]; do
    # A look every 8 s, or when a glance is not sure.
    if [ -z "$seen" ] || [ $((idle % 4)) -eq 0 ] || ! glance; then look; fi
    # What failed and does not show in a look is tried again, though not so often that it costs.
    if [ "$now" != "$seen" ] || { [ -n "$again" ] && [ "$idle" -ge 15 ]; }; then
      idle=0 said="$reason $asides"
      reconcile || :
      # Only a pass that had nothing to do proves that what was seen is right.
      if [ -z "$wrote" ]; then seen=$now; else seen=''; fi
      record reason "$reason" # for the probe
      [ "$reason $asides" = "$said" ] || echo "${reason:-all is in its place}${asides:+; ${asides%; }}"
    fi
    idle=$((idle + 1))
    # shellcheck disable=SC3045
    [ -n "$stopping" ] || read -r -t 2 _ <&3 || :
  done
}

once() {
  reconcile || { echo "cannot $reason" && return 1; }
  echo "all is in its place${asides:+; ${asides%; }}"
}

leave() {
  : >"$STATE/left"
  read_owner && { find_runtimes || :; } && reason=''
  # Where nothing is, as on a host that cannot be written to, nothing has to be done.
  # An owner that is no name has no pattern, and without one every line would be taken for an own one.
  if [ -n "$pattern" ] && { [ -e "$home" ] || left_here >/dev/null; } && take_lock; then
    names=''
    drop_folders
    keep_entry ''
    drop_home
    release_lock
    rmdir "$home" 2>/dev/null || :
  fi
  for path in $(left_here); do cannot "${path#"$HOST"} is still there"; done
  if [ -n "$reason" ]; then echo "cannot $reason" && return 1; fi
  echo "nothing is left"
}

# What is this owner's on the node; nothing, and a failure.
left_here() {
  found=$(own_folders)
  if own_lines >/dev/null; then found="$found $hosts"; fi
  [ -n "$found" ] && echo "$found"
}

case ${1:-} in
  run | once | status | view | leave) "$@" ;;
  *) echo "Expected run, once, status, view or leave, got '${1:-}'" >&2 && exit 2 ;;
esac
