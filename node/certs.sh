# shellcheck shell=sh disable=SC2154,SC2034,SC2012
# The bundle, in a folder for each name of the registry. It holds ca.crt and no hosts.toml: containerd, docker and
# CRI-O all read that, it is replaced in one step, and no second file can name one that is missing.

marked() {
  [ -d "$1" ] && [ ! -L "$1" ] && [ -f "$1/$mark" ] && first_line "$1/$mark" && [ "$line" = "$owner" ]
}

# By its mark; or as good as ours: empty, or holding nothing but the very bundle.
ours() {
  ! marked "$1" || return 0
  [ -d "$1" ] && [ ! -L "$1" ] || return
  case $(ls -A "$1") in '') ;; ca.crt) cmp -s "$TRUST/ca.crt" "$1/ca.crt" ;; *) return 1 ;; esac
}

right() {
  marked "$1" && [ ! -L "$1/ca.crt" ] && cmp -s "$TRUST/ca.crt" "$1/ca.crt" &&
    [ "$(stat -c %a "$1" "$1/ca.crt" "$1/$mark" | tr '\n' ' ')" = "755 644 644 " ]
}

# Why what is at the name's place would not be read, or is not ours to change.
judge_place() {
  # What containerd looks for before the folder that the others know too: host_port_ before host:port.
  path=$certs/$1 hidden=$certs/${1%:*}_${1##*:}_
  if [ -L "$HOST$path" ]; then cannot "$path is a symbolic link, which is not followed: remove it"; fi
  if [ -e "$HOST$path" ] && ! ours "$HOST$path"; then cannot "$path was put there by somebody else: remove it"; fi
  for other in "$path/hosts.toml" "$hidden"; do
    if [ -e "$HOST$other" ]; then cannot "$other was put there by somebody else and hides $path/ca.crt: remove it"; fi
  done
}

judge_folder() {
  judge_place "$1"
  right "$HOST$path" || undone "$path"
}

keep_folder() {
  folder=$HOST$certs/$1
  if ! right "$folder"; then
    # The whole folder appears in one step, so that one without a mark is never ours.
    if [ ! -e "$folder" ] && [ ! -L "$folder" ]; then
      wrote=yes && try fill && try mv -T "$work" "$folder" && echo "made ${folder#"$HOST"}"
    elif ours "$folder"; then
      wrote=yes && try fill && try mv -Tf "$work/$mark" "$folder/$mark" &&
        try mv -Tf "$work/ca.crt" "$folder/ca.crt" && try chmod 755 "$folder" && echo "mended ${folder#"$HOST"}"
    fi
  fi
  judge_place "$1"
}

fill() { rm -rf "$work" && mkdir "$work" && echo "$owner" >"$work/$mark" && cat "$TRUST/ca.crt" >"$work/ca.crt"; }

# Every folder that carries the owner's mark, under each root.
own_folders() {
  set +f
  for root in $roots; do
    for folder in "$HOST$root"/*; do
      if marked "$folder"; then echo "$folder"; fi
    done
  done
}

# The folders of names that are not wanted any more, or of a root that is not read any more.
drop_folders() {
  for folder in $(own_folders); do
    case " $names " in *" ${folder##*/} "*) [ "${folder%/*}" != "$HOST$certs" ] || continue ;; esac
    still_locked || return 0
    wrote=yes
    # In one step, unless somebody else's file in it has to stay.
    if [ "$(ls -A "$folder" | tr '\n' ' ')" = "$mark ca.crt " ] && mv -T "$folder" "$work" 2>/dev/null; then
      rm -rf "$work"
    else
      try rm -f "$folder/ca.crt" "$folder/$mark" || continue
      rmdir "$folder" 2>/dev/null || echo "${folder#"$HOST"} stays for somebody else's files in it"
    fi
    echo "removed ${folder#"$HOST"}"
  done
}
