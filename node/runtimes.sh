# shellcheck shell=sh disable=SC2154,SC2034
# What the node runs, and where that looks for certificates. Each that is there is written to; whether the node trusts
# is decided by the one that the kubelet uses.

# Its name, what the cluster calls it, what shows that it is there, and where it looks. The first that is there is the
# kubelet's, unless the cluster says otherwise.
runtimes='rke2 containerd /var/lib/rancher/rke2/agent/etc/containerd/config.toml /var/lib/rancher/rke2/agent/etc/containerd/certs.d
k3s containerd /var/lib/rancher/k3s/agent/etc/containerd/config.toml /var/lib/rancher/k3s/agent/etc/containerd/certs.d
microk8s containerd /var/snap/microk8s/current/args/containerd.toml /var/snap/microk8s/current/args/certs.d
k0s containerd /etc/k0s/containerd.toml /etc/k0s/containerd.d/certs.d
talos containerd /etc/cri/conf.d /etc/cri/conf.d/hosts
openshift cri-o /etc/machine-config-daemon /etc/containers/certs.d
cri-o cri-o /etc/crio /etc/containers/certs.d
containerd containerd /etc/containerd /etc/containerd/certs.d
docker docker /etc/docker /etc/docker/certs.d'

# The kubelet's as runtime, certs and config; those to write to as roots; those that may hold something as every.
find_runtimes() {
  runtime='' certs='' config='' family='' others='' every='' signs=''
  first_line "$STATE/runtime"
  release=$line
  while read -r kind called sign root; do
    if [ "$kind" = microk8s ]; then follow_snap || continue; fi
    every="$every $root" signs="$signs $HOST$sign"
    # OpenShift empties docker's folder every minute.
    if [ ! -e "$HOST$sign" ] || [ "$runtime/$kind" = openshift/docker ]; then continue; fi
    case $runtime/$release in
      / | /"$called":*) runtime=$kind family=$called certs=$root config=$sign ;;
      *) others="$others $root" ;;
    esac
  done <<EOF
$runtimes
EOF
  every="$every $(cat "$home/roots" 2>/dev/null || :)"
  if [ -z "$runtime" ]; then
    cannot "no container runtime${release:+ such as $release} was found in /etc, /var/lib/rancher or /var/snap/microk8s"
    return 1
  fi
  find_system
  read_configuration
  # Of a list the first is the one that counts.
  first=${config_path%%:*}
  case $first in *..* | *[!A-Za-z0-9/._-]*) ;; /etc/?*/?* | "${certs%/*}"/?*) certs=${first%/} ;; esac
  roots=$certs
  for root in $others; do case " $roots " in *" $root "*) ;; *) roots="$roots $root" ;; esac done
  every="$every $roots"
  # It cannot be written to.
  [ "$system" != Talos ] || roots=''
}

# A snap's folder of today by its own name, since a link is not followed.
follow_snap() {
  revision=$(readlink "$HOST/var/snap/microk8s/current") || return
  case $revision in '' | *[!A-Za-z0-9]*) return 1 ;; esac
  sign=/var/snap/microk8s/$revision/args/containerd.toml root=/var/snap/microk8s/$revision/args/certs.d
}

# A system that makes its files from settings of its own. Where they hold the authority, nothing has to be written.
find_system() {
  system='' proof=''
  if [ "$runtime" = talos ]; then system=Talos; elif [ -e "$HOST/etc/updog.toml" ]; then system=Bottlerocket; fi
}

judge_system() {
  for name in $names; do
    case $system in
      Talos)
        proof=$HOST/etc/cri/conf.d/hosts/${name%:*}_${name##*:}_/$name-ca.crt
        setting="machine.registries.config.\"$name\".tls.ca"
        ;;
      Bottlerocket)
        proof=$HOST/etc/pki/tls/certs/ca-bundle.crt
        setting='settings.pki.edge-registry.trusted to true and settings.pki.edge-registry.data'
        ;;
    esac
    watched="$watched $proof" # for the loop, which writes nothing there
    holds_bundle "$proof" || { by_setting "$setting to the registry's CA in base64" && return 1; }
  done
}

by_setting() { reason="${reason:+$reason; }$system makes its files from settings: set $1"; }

# Whether a file holds each certificate of the bundle, whatever else is in it.
holds_bundle() {
  [ -f "$1" ] && awk '
    { gsub(/[ \t\r]/, "") }
    /^-----BEGINCERTIFICATE/ { body = ""; next }
    /^-----ENDCERTIFICATE/ { if (FILENAME == ARGV[1]) want[body]; else delete want[body]; next }
    { body = body $0 }
    END { for (body in want) exit 1 }' "$TRUST/ca.crt" "$1"
}
