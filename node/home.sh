# shellcheck shell=sh disable=SC2154,SC2034,SC2015,SC2012
# The folder beside the host's certificates where half-done work is kept, and the lock on it: two stacks in a
# cluster run an agent each on every node, and both write the one hosts file.
mark=.edge-registry

# A command whose own words become the reason when it fails.
try() {
  words=$("$@" 2>&1) || case $words in
    *ead-only*) cannot "$certs is read-only here: let the host's own settings trust the registry" && return 1 ;;
    *) cannot "$words" && return 1 ;;
  esac
}

# A folder of certificates that was missing appears in one step, with the note that it was made here.
make_home() {
  home=$HOST$certs/$mark
  work=$home/new.$(echo "$owner" | tr / _)
  [ ! -L "$HOST$certs" ] && [ ! -L "$home" ] ||
    { cannot "$certs is a symbolic link, which is not followed: make it a folder" && return 1; }
  if [ ! -d "$HOST$certs" ]; then
    new=$HOST$certs$mark.$$
    rm -rf "$new"
    try mkdir -p "$new/$mark" && try touch "$new/$mark/made" || return
    # Unless another stack's agent was quicker.
    mv -T "$new" "$HOST$certs" 2>/dev/null || rm -rf "$new"
  fi
  try mkdir -p "$home"
}

# The last owner takes it away, and the folder above it if that was made here and holds nothing else.
drop_home() {
  if [ "$(ls -A "$HOST$certs" "$home" | tr '\n' ' ')" = "$HOST$certs: $mark  $home: made " ]; then
    rm -f "$home/made"
    rmdir "$home" "$HOST$certs" || :
  fi
  [ -e "$home/made" ] || rmdir "$home" 2>/dev/null || :
}

# A symbolic link is made in one step, names its holder, and needs no block of a full disk. A holder that died is
# known by its not changing for 4 s, where a pass takes a tenth of one: the clocks of edge nodes jump.
take_lock() {
  read -r token </proc/sys/kernel/random/uuid
  holder='' waited=0
  until words=$(ln -sn "$token" "$home/lock" 2>&1); do
    [ -z "$stopping" ] || return
    other=$(readlink "$home/lock" || :)
    if [ "$other" != "$holder" ]; then waited=0 holder=$other; fi
    waited=$((waited + 1))
    [ "$waited" -lt 20 ] || [ -n "$other" ] || { try ln -sn "$token" "$home/lock" || return; return 0; }
    if [ "$waited" -lt 20 ]; then sleep 0.2; else rm -f "$home/lock"; fi
  done
  rm -rf "$work"
}

# Asked before each step that cannot be taken back: who was frozen for long has lost the lock.
still_locked() { [ "$(readlink "$home/lock")" = "$token" ] || { cannot "the lock on $certs was lost" && return 1; }; }

release_lock() {
  rm -rf "$work"
  if still_locked; then rm -f "$home/lock"; fi
}
