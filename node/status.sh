# shellcheck shell=sh disable=SC2154,SC2034
# Whether the node trusts, and why not: found by looking at the node, whatever the loop believes.

# Writes nothing on the node; the loop has to know the kubelet's runtime too.
judge() {
  asked=yes
  first_line "$STATE/runtime"
  [ "${1:-"$line"}" = "$line" ] || echo "$1" >"$STATE/runtime" || :
  read_wishes && find_runtimes || return 0
  not_left || :
  judge_trust
}

not_left() { [ ! -e "$STATE/left" ] || { cannot "this pod took the trust away; a new pod brings it back" && return 1; }; }

# Looks at the node itself.
judge_trust() {
  said_before=$reason
  if [ -z "$system" ] || ! judge_system; then
    judge_configuration
    [ "$reason" = "$said_before" ] || code=3
    root=$certs
    for name in $names; do judge_folder; done
    proof=$HOST$certs/${names%% *}/ca.crt
  fi
  judge_entry
  judge_clock
}

status() {
  judge "$@"
  if [ -n "$reason" ]; then echo "cannot $reason" && return "$code"; fi
  sum=$(sha256sum <"$TRUST/ca.crt")
  echo "trusts ${sum%% *} since $(since)"
  leftovers
}

since() { date -u -r "$proof" +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || :; }

view() {
  proof=''
  judge "$@"
  echo "runtime ${system:-$runtime}"
  if [ -n "$reason" ]; then echo "cannot $reason"; else echo "since $(since)"; fi
  leftovers
  cat "$proof" 2>/dev/null || :
}

# A certificate that is not valid yet is no better than a wrong one to the runtime.
judge_clock() {
  first_line "$TRUST/not-before"
  case $line in '' | *[!0-9]*) return ;; esac
  [ "$(date +%s)" -ge "$line" ] || {
    again=yes
    cannot "this node's clock says $(date -u +%Y-%m-%dT%H:%M:%SZ), before the certificate starts: set the clock"
  }
}

# What scripts of old left in the host's own store of authorities, which is not ours to touch.
leftovers() {
  [ -n "$adopt" ] || return 0
  set +f
  for file in "$HOST"/etc/ssl/certs/*[Rr]egistry*.pem "$HOST"/etc/pki/ca-trust/source/anchors/*[Rr]egistry*; do
    path=${file#"$HOST"} refresh=update-ca-trust
    if [ -L "$file" ]; then path=$(readlink "$file") refresh=update-ca-certificates; fi
    case $path in
      *'*'*) ;;
      /usr/local/share/ca-certificates/* | /etc/pki/*)
        echo "note $path makes the whole host trust an authority: remove it and run $refresh" ;;
    esac
  done
  set -f
}
