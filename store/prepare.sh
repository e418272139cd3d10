#!/bin/sh
# Takes a directory of a node for a stack's store, or refuses it: something else may be there, or another stack's images.
# Nothing is needed but a shell and find, grep, cat, chown.
#
#   prepare.sh DIRECTORY MARK OWNER USER PATH LOG
#     DIRECTORY  as it is mounted here        MARK  the file in it that names its owner
#     OWNER      the stack                    USER  who the server runs as
#     PATH       what the node calls it       LOG   where a refusal is put for the one who waits
set -eu
directory=$1 mark=$1/$2 owner=$3 user=$4 path=$5 log=$6

refuse() {
  printf '%s\n' "$1" >&2
  printf '%s\n' "$1" >"$log"
  exit 78 # trying again ends the same: nobody waits for it
}

holder=
if [ -e "$mark" ]; then
  holder=$(cat "$mark")
elif find "$directory" -mindepth 1 -maxdepth 1 ! -name lost+found | grep -q .; then # which each new ext4 begins with
  refuse "$path on this node holds files and no $2: it is not a registry's. To take it over, put an empty file $2 there; otherwise choose another storage.hostPath"
fi
# An empty mark hands over; it is also what a power cut may leave of the next line. Files that others made may be anyone's.
case $holder in
"$owner") ;;
'')
  chown -R "$user:$user" "$directory"
  printf '%s\n' "$owner" >"$mark"
  ;;
*) refuse "$path on this node belongs to stack $holder: choose another storage.hostPath. If that stack is gone, hand its images over to this one: on the node, empty the file $path/$2" ;;
esac
chown "$user:$user" "$directory"
