# shellcheck shell=sh disable=SC2154,SC2034,SC2012,SC2015,SC2030,SC2031
# The bundle, in a folder for each name of the registry. It holds ca.crt and no hosts.toml: containerd, docker and
# CRI-O all read that, it is replaced in one step, and no second file can name one that is missing.

marked() {
  [ -d "$1" ] && [ ! -L "$1" ] && [ -f "$1/$mark" ] && first_line "$1/$mark" && [ "$line" = "$owner" ]
}

# Somebody else's folder that holds the very bundle and nothing more: there is nothing to do, and nothing to take away.
as_good() {
  [ -d "$1" ] && [ ! -L "$1" ] && [ "$(ls -A "$1")" = ca.crt ] && [ ! -L "$1/ca.crt" ] &&
    cmp -s "$TRUST/ca.crt" "$1/ca.crt" && ! noted made "${1#"$HOST"}"
}

# By its mark; or empty; or made here, and then robbed of its mark.
ours() {
  ! marked "$1" || return 0
  [ -d "$1" ] && [ ! -L "$1" ] || return
  case $(ls -A "$1") in '') ;; ca.crt) noted made "${1#"$HOST"}" ;; *) return 1 ;; esac
}

# What scripts of old leave: certificates and a hosts.toml that names them, in plain files.
adoptable() {
  [ -n "$adopt" ] && [ -d "$1" ] && [ ! -L "$1" ] && { [ ! -e "$1/$mark" ] || marked "$1"; } || return
  set -- "$1" "$(find "$1" -mindepth 1 ! \( -type f \( -name "$mark" -o -name hosts.toml -o -name '*.crt' -o -name '*.pem' \) \))"
  [ -z "$2" ]
}

# Whether a folder was here before its mark, and stays when that goes.
found_here() {
  if [ -e "$1/$mark" ]; then grep -q "^$found" "$1/$mark"; else [ -d "$1" ] && ! noted made "${1#"$HOST"}"; fi
}
found='the folder was here before'

right() {
  marked "$1" && [ ! -L "$1/ca.crt" ] && cmp -s "$TRUST/ca.crt" "$1/ca.crt" &&
    [ "$(stat -c %a "$1/ca.crt" "$1/$mark" | tr '\n' ' ')" = "644 644 " ]
}

# Why what is at the name's place would not be read, or is not ours to change.
judge_place() {
  # What containerd looks for before the folder that the others know too: host_port_ before host:port.
  path=$root/$name hidden=$root/${name%:*}_${name##*:}_ mend='remove it, or set nodeTrust.adopt'
  [ -z "$adopt" ] || mend="remove it: nodeTrust.adopt takes only folders of certificates and a hosts.toml"
  if [ -L "$HOST$path" ]; then cannot "$path is a symbolic link, which is not followed: remove it"; fi
  if [ -e "$HOST$path" ] && ! ours "$HOST$path" && ! as_good "$HOST$path"; then
    cannot "$path was put there by somebody else: $mend"
  fi
  for other in "$path/hosts.toml" "$hidden"; do
    if [ -e "$HOST$other" ]; then cannot "$other was put there by somebody else and hides $path/ca.crt: $mend"; fi
  done
}

judge_folder() {
  judge_place
  right "$HOST$path" || as_good "$HOST$path" || undone "$path"
}

# The kubelet's runtime first. What another one lacks is told, and is no reason: no pod's image is pulled by it.
keep_root() {
  kept=$reason
  [ "$root" = "$certs" ] || reason=''
  if make_root; then for name in $names; do keep_folder "$HOST$root/$name" "$HOST$root/${name%:*}_${name##*:}_"; done; fi
  [ "$root" = "$certs" ] || { asides="$asides${reason:+$reason; }" reason=$kept; }
}

keep_folder() {
  if ! right "$1" && ! as_good "$1"; then
    # The whole folder appears in one step, so that one without a mark is never ours.
    if [ ! -e "$1" ] && [ ! -L "$1" ]; then
      wrote=yes && note made "$root/$name" && try fill "$1" && try mv -T "$work" "$1" && echo "made $root/$name"
    elif ours "$1" || { adoptable "$1" && note made "$root/$name"; }; then
      wrote=yes && try fill "$1" && try mv -Tf "$work/ca.crt" "$1/ca.crt" && try mv -Tf "$work/$mark" "$1/$mark" &&
        rmdir "$work" && echo "mended $root/$name"
    fi
  fi
  if [ -n "$adopt" ]; then take_over "$1" "$2"; fi
  judge_place
}

fill() {
  mkdir "$work" && echo "$owner" >"$work/$mark" && cat "$TRUST/ca.crt" >"$work/ca.crt" || return
  if found_here "$1"; then echo "$found" >>"$work/$mark"; fi
}

# What hides the bundle goes once the bundle is there, and leaves with us.
take_over() {
  if adoptable "$1" && marked "$1" && [ "$(ls -A "$1" | tr '\n' ' ')" != "$mark ca.crt " ]; then
    wrote=yes && try find "$1" -mindepth 1 ! -name "$mark" ! -name ca.crt -exec rm -f {} + && echo "took over $root/$name"
  fi
  if adoptable "$2"; then wrote=yes && try rm -r "$2" && echo "took over ${2#"$HOST"}"; fi
}

# Every folder that carries the owner's mark, under each root that there may have been; Spegel moves what it finds at
# its start into one that it calls a backup.
own_folders() {
  set +f
  for root in $every; do
    no_links "$root" 2>/dev/null || continue
    for folder in "$HOST$root"/* "$HOST$root"/_backup/*; do
      if marked "$folder"; then echo "$folder"; fi
    done
  done | sort -u
}

# The folders of names that are not wanted any more, or of a root that is not read any more.
drop_folders() {
  for folder in $(own_folders); do
    root=${folder%/*} root=${root#"$HOST"} work=$HOST$root/$new
    case " $names /  $roots " in *" ${folder##*/} "*" / "*" $root "*) continue ;; esac
    still_locked || return 0
    wrote=yes
    # In one step, unless somebody else's file in it has to stay, or the folder itself.
    if found_here "$folder"; then
      try rm -f "$folder/ca.crt" "$folder/$mark" || continue
    elif [ "$(ls -A "$folder" | tr '\n' ' ')" = "$mark ca.crt " ] && mv -T "$folder" "$work" 2>/dev/null; then
      rm -rf "$work"
    else
      try rm -f "$folder/ca.crt" "$folder/$mark" || continue
      rmdir "$folder" 2>/dev/null || echo "$root/${folder##*/} stays for somebody else's files in it"
    fi
    echo "removed $root/${folder##*/}"
  done
}
