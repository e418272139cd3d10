# shellcheck shell=sh disable=SC2154,SC2034,SC2015,SC2012
# The folder in the host's /etc where half-done work is kept and what was made is noted, and the lock on it: two stacks
# in a cluster run an agent each on every node, and both write the one hosts file.

# A command whose own words become the reason when it fails.
try() {
  words=$("$@" 2>&1) || case $words in
    *ead-only*) cannot "${root:-/etc} is read-only here: let the host's own settings trust the registry" && return 1 ;;
    *) cannot "$words" && return 1 ;;
  esac
}

# note FILE WHAT: a line that is in the file once, written before the deed.
note() { noted "$1" "$2" || try append "$home/$1" "$2"; }
noted() { grep -qxFse "$2" "$home/$1"; }
append() { echo "$2" >>"$1"; }

# Nothing is written through a link, which would lead anywhere.
no_links() {
  path=''
  IFS=/
  for part in ${1#/}; do
    path=$path/$part
    if [ -L "$HOST$path" ]; then unset IFS && cannot "$path is a symbolic link, which is not followed: make it a folder" && return 1; fi
  done
  unset IFS
}

# A root that may be missing, with the folders above it, and the one for half-done work in it.
make_root() {
  work=$HOST$root/$new
  no_links "$root" || return
  case $runtimes in *" $root"*) ;; *) note roots "$root" || return ;; esac
  missing='' path=$root
  until [ -e "$HOST$path" ]; do missing="$path $missing" path=${path%/*}; done
  for path in $missing; do note made "$path" && try mkdir "$HOST$path" || return; done
  [ ! -e "$work" ] || try rm -rf "$work"
}

# All that was made here and holds nothing else goes; notes stay for another stack that still is here.
drop_home() {
  another=''
  set +f
  for root in $every; do
    [ ! -d "$HOST$root/$new" ] || rm -rf "${HOST:?}$root/$new"
    for folder in "$HOST$root"/*; do [ ! -f "$folder/$mark" ] || another=yes; done
  done
  set -f
  # What lies deeper was made later.
  made='' still=''
  while read -r path; do made="$path $made"; done 2>/dev/null <"$home/made" || :
  for path in $made; do
    if ! rmdir "$HOST$path" 2>/dev/null && [ -d "$HOST$path" ]; then still="$path $still"; fi
  done
  if [ -z "$another" ]; then rm -f "$home/made" "$home/roots" "$home/hosts.time" "$home/hosts.ours"; fi
  if [ -z "$still" ]; then rm -f "$home/made"; elif [ -n "$another" ]; then echo "$still" | tr ' ' '\n' >"$home/made"; fi
}

# A symbolic link is made in one step, names its holder, and needs no block of a full disk. A holder that died is
# known by its not changing for 4 s, where a pass takes a tenth of one: the clocks of edge nodes jump.
take_lock() {
  root=''
  no_links /etc/.edge-registry && try mkdir -p "$home" || return
  read -r token </proc/sys/kernel/random/uuid
  holder='' waited=0
  until words=$(ln -sn "$token" "$home/lock" 2>&1); do
    [ -z "$stopping" ] || return
    other=$(readlink "$home/lock" || :)
    if [ "$other" != "$holder" ]; then waited=0 holder=$other; fi
    waited=$((waited + 1))
    [ "$waited" -lt 20 ] || [ -n "$other" ] || { try ln -sn "$token" "$home/lock" || return; return 0; }
    # Who left last took the folder away.
    [ -d "$home" ] || mkdir "$home" 2>/dev/null || :
    if [ "$waited" -lt 20 ]; then sleep 0.2; else rm -f "$home/lock"; fi
  done
  rm -rf "$home/work"
}

# Asked before each step that cannot be taken back: who was frozen for long has lost the lock.
still_locked() { [ "$(readlink "$home/lock")" = "$token" ] || { cannot "the lock on /etc/.edge-registry was lost" && return 1; }; }

release_lock() {
  rm -rf "$home/work"
  if still_locked; then rm -f "$home/lock"; fi
}
