# shellcheck shell=sh disable=SC2154,SC2034,SC2015
# The registry's name in the host's hosts file, on a line that carries its owner. The rest stays byte for byte.
#
# The file is a mount of its own, so it cannot be renamed over: it is overwritten in place, after the old and the
# new text are saved. What is found after a kill or a power cut is, byte for byte, a mixture of the two, and is
# finished; anything else was written by somebody since, and stands.

own_lines() { grep -s "$pattern" "$hosts"; }
# others FILE [EDIT]: what is not ours, and what was taken over of it.
others() { sed -E -e "\\|$pattern|d" -e "${2:-}" "$1"; }

# What somebody else's lines say of the name, as `line address same|other only|more|stack`: whether it is the wanted
# address, and whether the line has more names or belongs to another stack.
name_lines() {
  awk -v entry="${entry%% \#*}" -v own="$pattern" '
    BEGIN { split(entry, wanted, " "); name = tolower(wanted[2]) }
    $0 ~ own { next }
    {
      text = $0; sub(/#.*/, "", text); gsub(/[\r\f\v]/, " ", text); count = split(text, word, " ")
      for (i = 2; i <= count; i++) if (tolower(word[i]) == name) {
        print NR, word[1], (word[1] == wanted[1] ? "same" : "other"), ($0 ~ /# edge-registry / ? "stack" : count == 2 ? "only" : "more")
        next
      }
    }' "$hosts"
}

# The lines that send the name elsewhere, which count before ours; what takes them over goes into `edit`.
find_rivals() {
  rival='' edit='' given=''
  [ -n "$entry" ] || return 0
  name=${entry%% \#*} name=${name#* }
  while read -r number address other kind; do
    case $adopt,$other,$kind in
      *,same,*) given=yes ;;
      yes,other,only) edit="$edit${number}d;" ;;
      yes,other,more) edit="$edit${number}s/[[:space:]]+$(echo "$name" | sed 's/[.]/[.]/g')([[:space:]#]|\$)/\\1/Ig;" ;;
      *,other,*) rival=${rival:-"/etc/hosts line $number gives $name another address, $address: remove it"} ;;
    esac
  done <<EOF
$(name_lines)
EOF
  case $adopt,$rival in ,?*) rival="$rival, or set nodeTrust.adopt" ;; esac
}

judge_entry() {
  find_rivals
  if [ -n "$rival$edit" ]; then cannot "${rival:-"/etc/hosts is not in its place yet"}"; fi
  if [ -z "$entry" ] || [ "$(own_lines)" = "$entry" ]; then return; fi
  case $system$given in
    '' | yes) undone "/etc/hosts" ;;
    *yes) ;;
    Talos) by_setting "machine.network.extraHostEntries to ${entry%% \#*}"; code=3 ;;
    *) undone "/etc/hosts"; by_setting "settings.network.hosts to ${entry%% \#*}" ;;
  esac
}

# keep_entry LINE: the owner's one line, or none.
keep_entry() {
  if [ -L "$hosts" ] || [ ! -f "$hosts" ]; then
    [ -z "$1" ] || cannot "/etc/hosts is no plain file, and is left alone"
    return 0
  fi
  edit=''
  finish
  find_rivals
  [ -z "$rival" ] || cannot "$rival"
  [ "$(own_lines)" != "$1" ] || [ -n "$edit" ] || return 0
  # shellcheck disable=SC2094
  tr -d '\000' <"$hosts" | cmp -s "$hosts" - || { cannot "/etc/hosts holds a zero byte and is left alone" && return; }
  wrote=yes work=$home/work
  if ! { mkdir -p "$work" && compose "$1" && save "$1"; } 2>/dev/null; then
    cannot "/etc/hosts stays as it is: there is no room for a copy of it in /etc"
  elif remember_time && overwrite; then
    echo "/etc/hosts: ${1:-the line is removed}"
    restore_time "$1"
  fi
}

# The file's time from before the first line of ours comes back with the last, unless somebody else wrote meanwhile.
remember_time() {
  [ -f "$home/hosts.ours" ] && [ "$(stat -c %y "$hosts")" = "$(stat -c %y "$home/hosts.ours")" ] ||
    try touch -r "$hosts" "$home/hosts.time"
}
restore_time() {
  if [ -n "$1" ]; then try touch -r "$hosts" "$home/hosts.ours" && return; fi
  touch -r "$home/hosts.time" "$hosts" && rm -f "$home/hosts.time" "$home/hosts.ours"
}

# The line goes last, or first where the file ends without a newline: that end is not ours to mend.
compose() {
  others "$hosts" "$edit" >"$work/rest" || return
  cat "$hosts" >"$work/old"
  if [ -z "$(tail -c 1 "$work/rest")" ]; then cat "$work/rest"; fi >"$work/new"
  if [ -n "$1" ]; then echo "$1" >>"$work/new"; fi
  if [ -n "$(tail -c 1 "$work/rest")" ]; then cat "$work/rest"; fi >>"$work/new"
}

# A full disk cuts a file short, and not each command minds: so each is compared before it counts.
save() {
  cmp -s "$work/old" "$hosts" && others "$hosts" "$edit" | cmp -s "$work/rest" - && others "$work/new" | cmp -s "$work/rest" - &&
    [ "$(grep "$pattern" "$work/new")" = "$1" ] &&
    sync "$work/old" "$work/new" && mv -f "$work/old" "$home/hosts.old" && mv -f "$work/new" "$home/hosts.new"
}

size() { stat -c %s "$1"; }
padding() { printf "%$1s" '' | tr ' ' '\n'; }

# Room first, then the text, then the end: that the disk is full shows while the old text is whole.
overwrite() {
  still_locked || return
  had=$(size "$hosts") then=$(size "$home/hosts.new")
  if [ "$then" -gt "$had" ] && ! padding $((then - had)) 2>/dev/null >>"$hosts"; then
    truncate -s "$had" "$hosts"
    rm -f "$home/hosts.new" "$home/hosts.old"
    cannot "/etc/hosts stays as it is: its disk is full" && return 1
  fi
  still_locked && try dd if="$home/hosts.new" of="$hosts" bs=64k conv=notrunc,fsync &&
    still_locked && try truncate -s "$then" "$hosts" && try sync "$hosts" && try cmp "$hosts" "$home/hosts.new" &&
    rm -f "$home/hosts.new" "$home/hosts.old"
}

# What a writer that died has left, this one or another stack's.
finish() {
  if [ -f "$home/hosts.new" ] && ! cmp -s "$hosts" "$home/hosts.old" && ! cmp -s "$hosts" "$home/hosts.new" && mixed; then
    wrote=yes
    overwrite || return 0
    echo "/etc/hosts: finished what was half written"
  fi
  rm -f "$home/hosts.new" "$home/hosts.old"
}

# Each byte is the old text's, the new one's or padding; a zero is what a power cut leaves in a new block.
mixed() {
  had=$(size "$hosts") before=$(size "$home/hosts.old") then=$(size "$home/hosts.new")
  longest=$((before > then ? before : then))
  [ "$had" -ge "$((before < then ? before : then))" ] && [ "$had" -le "$longest" ] || return
  { cat "$home/hosts.old" && padding $((longest - before)); } >"$STATE/old"
  { cat "$home/hosts.new" && padding $((longest - then)); } >"$STATE/new"
  awk -v old="cmp -l $hosts $STATE/old 2>/dev/null" -v new="cmp -l $hosts $STATE/new 2>/dev/null" '
    function differs(from,    words, word) {
      if ((from | getline words) <= 0) return 0
      split(words, word, " "); byte = word[2] + 0; return word[1] + 0
    }
    BEGIN {
      a = differs(old); b = differs(new)
      while (a && b) {
        if (a == b && byte) exit 1
        if (a < b) a = differs(old); else if (b < a) b = differs(new); else { a = differs(old); b = differs(new) }
      }
    }'
}
