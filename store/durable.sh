#!/bin/sh
# Makes a store's directory synchronous: each write in it is on the disk before it returns, and so is each name. The store
# itself never syncs. The order counts too: a name whose content is lost would let a client skip that upload for ever.
# New files and folders have the flag from the folder they are made in. Nothing is needed but busybox with chattr.
#
#   durable.sh DIRECTORY MOUNTS PLACE LOG
#     DIRECTORY  as it is mounted here           MOUNTS  what says on which file system: /proc/mounts
#     PLACE      what people know it by          LOG     where a refusal is put for the one who waits
set -eu
directory=$1 mounts=$2 place=$3 log=$4
probe=$directory/.edge-registry-probe

refuse() {
  printf '%s\n' "$1" >&2
  printf '%s\n' "$1" >"$log"
  exit 78 # trying again ends the same: nobody waits for it
}

# What passes is tried again.
full() {
  printf '%s\n' "$place is full: free some space there, and the store starts" | tee "$log" >&2
  exit 1
}

# The flags come first, as letters and dashes; S is the only one of its kind.
synchronous() { lsattr -d "$1" 2>/dev/null | grep -q '^[^ ]*S'; }

# Whether chattr could do it is looked at, not believed: busybox's says it could in any case.
# Folders below before those above: the flag of one says that all in it have been reached, also by a walk that was killed.
make_synchronous() {
  find "$1" -mindepth 1 -depth -type d -exec chattr +S {} + || true
  left=$(find "$1" -mindepth 1 -type d -exec lsattr -d {} + | grep -v '^[^ ]*S' | head -n 1 || true)
  [ -z "$left" ] || refuse "$place: the flag S cannot be set on ${left#* }: on the node, chattr +S says why"
  sync -f "$1" # what was written before the flag
  chattr +S "$1" || true
  synchronous "$1" || refuse "$place: the flag S cannot be set on $1: on the node, chattr +S says why"
}

type='' options=''
while read -r _ point kind how _; do
  [ "$point" != "$directory" ] || type=$kind options=$how
done <"$mounts"
instead='keep the images on ext4, f2fs, or xfs mounted with the option dirsync, or let MinIO keep them with pulumi config set --path edge-registry:storage.server minio, or take that risk with pulumi config set --path edge-registry:storage.durable false'
lost="a power cut may take pushes that were acknowledged"
case $type,$options, in
ext[234],* | f2fs,*) ;;
# Its names are synchronous by the whole mount only, whatever a folder's flag says.
xfs,*,dirsync,* | xfs,*,wsync,* | xfs,*,sync,*) ;;
xfs,*) refuse "$place is on xfs mounted without dirsync, where $lost: $instead" ;;
*) refuse "$place is on ${type:-an unknown file system}, where $lost: $instead" ;;
esac

# An upload that a cut came into may have parts of the right length without their content, and a client that goes on with
# it would end with a broken image; so at each start uploads begin anew. Nobody is told that a part is there to stay: the
# object that they are copied into is, and three flushes of four are saved by letting parts be as quick as they are.
parts_begin_anew() {
  for parts in "$directory"/*/.sgwtmp/multipart; do
    [ -d "$parts" ] || continue
    find "$parts" -mindepth 1 -maxdepth 1 -exec rm -rf {} +
    chattr -S "$parts" || true
  done
}

# A full disk must not keep a store from starting, so nothing is written where nothing is to be done.
all=yes
for entry in "$directory" "$directory"/* "$directory"/.[!.]* "$directory"/..?*; do
  [ ! -d "$entry" ] || [ -L "$entry" ] || synchronous "$entry" || all=no
done
if [ "$all" = yes ]; then
  parts_begin_anew
  exit 0
fi

# On a file system that does not hand the flag on, only what is there now would be safe.
rm -rf "$probe"
mkdir "$probe" 2>/dev/null || full
chattr +S "$probe" || true
mkdir "$probe/new" 2>/dev/null || full
inherited=no
synchronous "$probe/new" && inherited=yes
rm -rf "$probe"
[ "$inherited" = yes ] || refuse "$place is on $type, which makes nothing synchronous here, so $lost: $instead"

for entry in "$directory"/* "$directory"/.[!.]* "$directory"/..?* "$directory"; do
  [ ! -d "$entry" ] || [ -L "$entry" ] || synchronous "$entry" || make_synchronous "$entry"
done
parts_begin_anew
