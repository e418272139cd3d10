#!/bin/sh
# Removes a store's directory with all images, if it is this stack's. What it prints on success is for people to know.
# Nothing is needed but a shell and ls, cat, rm, rmdir.
#
#   remove.sh DIRECTORY MARK OWNER
set -eu
directory=$1 mark=$1/$2 owner=$3

leave() {
  printf '%s\n' "$1"
  exit 0
}

[ ! -L "$directory" ] || leave "it is a symbolic link"
[ -d "$directory" ] || exit 0
if [ -e "$mark" ]; then
  holder=$(cat "$mark")
  [ -n "$holder" ] || leave "its $2 is empty, which hands it over"
  [ "$holder" = "$owner" ] || leave "it belongs to stack $holder"
  # The mark goes last of all: as long as anything is left, the next run knows that it may go on.
  for entry in "$directory"/* "$directory"/.[!.]* "$directory"/..?*; do
    [ "$entry" = "$mark" ] || rm -rf -- "$entry"
  done
  rm -- "$mark"
fi
# A mount point is busy; emptied it is as it was before the store came.
rmdir -- "$directory" 2>/dev/null || [ -z "$(ls -A "$directory")" ] || leave "it holds files and no $2"
