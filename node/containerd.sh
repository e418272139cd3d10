# shellcheck shell=sh disable=SC2154,SC2034,SC2015,SC2016
# Whether containerd's configuration lets it look where the bundle is.

# The few lines of its TOML that decide, as `fact where value`.
facts='
/^[ \t]*(#|$)/ { next }
{ where = FILENAME ":" FNR; text = $0; gsub(/[ \t\r]/, "", text); quotes = gsub(/"/, "\"", text) }
(quotes % 2 && text !~ /"""|\047/) || text ~ /^[^#]*=$/ || text ~ /^\[+[A-Za-z][^]]*$/ { print "broken", where }
text ~ /^\[+[A-Za-z].*\]/ { table = text; gsub(/[]["\047]|#.*/, "", table); table = table "."; text = "=" }
{
  at = index(text, "="); key = substr(text, 1, at - 1); value = substr(text, at + 1); gsub(/["\047]/, "", key)
  key = table key
  sub(/^plugins\.io\.containerd\.(grpc\.v1\.cri|cri\.v1\.images)\./, "cri.", key); sub(/^cri\.containerd\./, "cri.", key)
}
key == "version" { print "version", where, value }
key == "disabled_plugins" && value ~ /["\047.]cri["\047]/ { print "disabled", where }
key == "cri.registry.config_path" {
  if (!match(value, /^("[^"]*"|\047[^\047]*\047)/)) print "broken", where
  print "config_path", where, substr(value, 2, RLENGTH - 2)
}
key ~ /^cri\.registry\.mirrors\../ { print "mirrors", where }
key ~ /^cri\.registry\.(mirrors|configs|auths)\../ { print "local" }
key ~ /^cri\.(use_local_image_pull|discard_unpacked_layers|image_pull_with_sync_fs)$/ && value ~ /^true/ { print "local" }
key == "cri.disable_snapshot_annotations" && value ~ /^false/ { print "local" }
key == "cri.max_concurrent_downloads" && value + 0 != 3 { print "local" }'

# What it reads is also what the loop watches.
read_configuration() {
  config_path='' config_line='' version='' mirrors='' local='' disabled='' broken='' watched=''
  [ "$family" = containerd ] && [ -z "$system" ] || return 0
  case $config in *.toml) ;; *) config=$config/config.toml ;; esac
  watched=$HOST$config
  [ -f "$HOST$config" ] || return 0
  set +f
  set -- "$HOST$config"
  # What it imports is read after it, and wins. k0s imports what it made of these.
  for import in $(sed -n "s/^imports *= *\[\(.*\)\].*/\1/p" "$HOST$config" | tr -d "\"',") /etc/k0s/containerd.d/*.toml; do
    case $runtime$import in k0s*) ;; */etc/k0s/containerd.d/*) continue ;; esac
    case $import in /*) ;; *) import=${config%/*}/$import ;; esac
    for file in "$HOST"$import; do if [ -f "$file" ]; then set -- "$@" "$file"; fi; done
    watched="$watched $HOST${import%/*}" # for files that come later
  done
  set -f
  watched="$watched $*"
  while read -r fact where value; do
    where="${where#"$HOST"}"
    where="${where%:*} line ${where##*:}"
    case $fact in
      config_path) config_path=$value config_line=$where ;;
      version) version=$value ;;
      local) local=yes ;;
      mirrors) mirrors=$where ;;
      disabled) disabled=$where ;;
      broken) broken=${broken:-$where} ;;
    esac
  done <<EOF
$(awk "$facts" "$@" 2>&1 || echo broken "$config:1")
EOF
  # What a snap calls its folder.
  case $runtime$config_path in
    'microk8s${SNAP_DATA}'/* | microk8s/var/snap/microk8s/current/*) config_path=${certs%/args/*}/args/${config_path##*/args/} ;;
  esac
}

# Whether the runtime is that new; yes where nobody said.
at_least() {
  number=${release#*://}
  case $number in [0-9]*.[0-9]*) ;; *) return 0 ;; esac
  minor=${number#*.}
  [ "${number%%.*}" -gt "$1" ] || { [ "${number%%.*}" -eq "$1" ] && [ "${minor%%[!0-9]*}" -ge "$2" ]; }
}

# Why what is written will not be read. Unset, config_path is a list from 2.2 on; from 2.1 on a list is taken for
# one folder, unless a setting brings back the older way to pull: https://github.com/containerd/containerd/issues/12415
judge_configuration() {
  [ "$family" = containerd ] || return 0
  # A loop that nobody told the kubelet's runtime yet: with several it may look at another one's configuration, and with
  # one it knows no release, for which a list, or nothing at all, may be right.
  unsure=''
  [ -n "$release$asked" ] || unsure=yes
  [ -z "$unsure" ] || [ -z "$others" ] || return 0
  table='plugins."io.containerd.cri.v1.images".registry'
  if [ "$version" = 2 ]; then table='plugins."io.containerd.grpc.v1.cri".registry'; fi
  # Some make the file anew at each start, from another one.
  case $runtime in
    k3s | rke2) source=" in config${version:+-v$version}.toml.tmpl beside it" ;;
    microk8s) source=" in containerd-template.toml beside it" ;;
    k0s) source=" in /etc/k0s/containerd.d/registry.toml" ;;
    *) source='' ;;
  esac
  mend="set config_path = \"$certs\" under [$table]$source and restart $runtime"
  if [ -n "$broken" ]; then cannot "$broken is broken: mend it and restart $runtime"; fi
  if [ -n "$disabled" ]; then cannot "$disabled disables the cri plugin, and no other runtime was found"; fi
  if [ -n "$mirrors" ]; then cannot "$mirrors sets registry.mirrors, so no folder is read: move it to $certs, $mend"; fi
  case $config_path in
    '') [ "$runtime$certs" = containerd/etc/containerd/certs.d ] && [ -n "$release$unsure" ] && [ -n "$local" ] && at_least 2 2 ||
      cannot "$config sets no config_path: $mend" ;;
    "$certs" | "$certs"/) ;;
    "$certs":* | "$certs"/:*) [ -n "$local$unsure" ] || ! at_least 2 1 ||
      cannot "$config_line sets config_path to a list, which $runtime from 2.1 on takes for one folder: $mend" ;;
    *) cannot "$config_line sets config_path to $config_path, which is not mounted here: $mend" ;;
  esac
}
