# shellcheck shell=sh disable=SC2154,SC2034,SC2015,SC2016
# What the node runs, where that looks for certificates, and whether its configuration lets it look there.

# What shows that it is there, and where it looks. The first that is there is the kubelet's.
runtimes='rke2 /var/lib/rancher/rke2/agent/etc/containerd/config.toml /var/lib/rancher/rke2/agent/etc/containerd/certs.d
k3s /var/lib/rancher/k3s/agent/etc/containerd/config.toml /var/lib/rancher/k3s/agent/etc/containerd/certs.d
cri-o /etc/crio /etc/containers/certs.d
containerd /etc/containerd /etc/containerd/certs.d'

find_runtime() {
  runtime='' roots=''
  while read -r kind sign root; do
    roots="$roots $root"
    if [ -z "$runtime" ] && [ -e "$HOST$sign" ]; then runtime=$kind certs=$root; fi
  done <<EOF
$runtimes
EOF
  [ -n "$runtime" ] || { cannot "no container runtime was found whose files are mounted" && return 1; }
  config=${certs%/*}/config.toml
  read_configuration
  # Another folder beside it is mounted too; of a list the first is the one that counts.
  case $config_path in *..*) ;; "${certs%/*}"/?*) certs=${config_path%%:*} certs=${certs%/} ;; esac
  case " $roots " in *" $certs "*) ;; *) roots="$roots $certs" ;; esac
}

# The few lines of containerd's TOML that decide, as `fact where value`.
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

read_configuration() {
  config_path='' config_line='' version='' mirrors='' local='' disabled='' broken=''
  [ "$runtime" != cri-o ] && [ -f "$HOST$config" ] || return 0
  set +f
  set -- "$HOST$config"
  # What it imports is read after it, and wins.
  for import in $(sed -n "s/^imports *= *\[\(.*\)\].*/\1/p" "$HOST$config" | tr -d "\"',"); do
    case $import in /*) ;; *) import=${config%/*}/$import ;; esac
    for file in "$HOST"$import; do if [ -f "$file" ]; then set -- "$@" "$file"; fi; done
  done
  set -f
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
}

# Whether the runtime is that new; yes where nobody said.
at_least() {
  case $release in [0-9]*.[0-9]*) ;; *) return 0 ;; esac
  minor=${release#*.}
  [ "${release%%.*}" -gt "$1" ] || { [ "${release%%.*}" -eq "$1" ] && [ "${minor%%[!0-9]*}" -ge "$2" ]; }
}

# Why what is written will not be read. Unset, config_path is a list from 2.2 on; from 2.1 on a list is taken for
# one folder, unless a setting brings back the older way to pull: https://github.com/containerd/containerd/issues/12415
judge_runtime() {
  [ "$runtime" != cri-o ] || return 0
  release=${1#*://}
  table='plugins."io.containerd.cri.v1.images".registry'
  if [ "$version" = 2 ]; then table='plugins."io.containerd.grpc.v1.cri".registry'; fi
  mend="set config_path = \"$certs\" under [$table] and restart $runtime"
  if [ -n "$broken" ]; then cannot "$broken is broken: mend it and restart $runtime"; fi
  if [ -n "$disabled" ]; then cannot "$disabled disables the cri plugin, and no other runtime was found"; fi
  if [ -n "$mirrors" ]; then cannot "$mirrors sets registry.mirrors, so no folder is read: move it to $certs, $mend"; fi
  case $config_path in
    '') [ -n "$release" ] && [ -n "$local" ] && at_least 2 2 || cannot "$config sets no config_path: $mend" ;;
    "$certs" | "$certs"/) ;;
    "$certs":* | "$certs"/:*) [ -n "$local" ] || ! at_least 2 1 ||
      cannot "$config_line sets config_path to a list, which $runtime from 2.1 on takes for one folder: $mend" ;;
    *) cannot "$config_line sets config_path to $config_path, which is not mounted here: $mend" ;;
  esac
}
