# shellcheck shell=sh disable=SC2154,SC2034
# The registry's name in the host's hosts file, on a line that carries its owner. The rest stays byte for byte.
#
# The file is a mount of its own, so it cannot be renamed over: it is overwritten in place, after the old and the
# new text are saved. What is found after a kill or a power cut is, byte for byte, a mixture of the two, and is
# finished; anything else was written by somebody since, and stands.

own_lines() { grep -s "$pattern" "$hosts"; }
others() { sed "\\|$pattern|d" "$1"; }

judge_entry() { [ -z "$entry" ] || [ "$(own_lines)" = "$entry" ] || undone "/etc/hosts"; }

# keep_entry LINE: the owner's one line, or none.
keep_entry() {
  if [ ! -f "$hosts" ]; then
    [ -z "$1" ] || cannot "/etc/hosts is not mounted"
    return 0
  fi
  finish
  [ "$(own_lines)" != "$1" ] || return 0
  # shellcheck disable=SC2094
  tr -d '\000' <"$hosts" | cmp -s "$hosts" - || { cannot "/etc/hosts holds a zero byte and is left alone" && return; }
  wrote=yes
  if ! { mkdir -p "$work" && compose "$1" && save "$1"; } 2>/dev/null; then
    cannot "/etc/hosts stays as it is: there is no room for a copy of it in $certs"
  elif overwrite; then
    echo "/etc/hosts: ${1:-the line is removed}"
  fi
}

# The line goes last, or first where the file ends without a newline: that end is not ours to mend.
compose() {
  others "$hosts" >"$work/rest"
  cat "$hosts" >"$work/old"
  if [ -z "$(tail -c 1 "$work/rest")" ]; then cat "$work/rest"; fi >"$work/new"
  if [ -n "$1" ]; then echo "$1" >>"$work/new"; fi
  if [ -n "$(tail -c 1 "$work/rest")" ]; then cat "$work/rest"; fi >>"$work/new"
}

# A full disk cuts a file short, and not each command minds: so each is compared before it counts.
save() {
  cmp -s "$work/old" "$hosts" && others "$hosts" | cmp -s "$work/rest" - && others "$work/new" | cmp -s "$work/rest" - &&
    [ "$(grep "$pattern" "$work/new")" = "$1" ] &&
    sync "$work/old" "$work/new" && mv -f "$work/old" "$home/hosts.old" && mv -f "$work/new" "$home/hosts.new"
}

size() { stat -c %s "$1"; }
padding() { printf "%$1s" '' | tr ' ' '\n'; }

# Room first, then the text, then the end: that the disk is full shows while the old text is whole.
overwrite() {
  still_locked || return
  now=$(size "$hosts") then=$(size "$home/hosts.new")
  if [ "$then" -gt "$now" ] && ! padding $((then - now)) 2>/dev/null >>"$hosts"; then
    truncate -s "$now" "$hosts"
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
  old=$(size "$home/hosts.old") new=$(size "$home/hosts.new") now=$(size "$hosts")
  longest=$((old > new ? old : new))
  [ "$now" -ge "$((old < new ? old : new))" ] && [ "$now" -le "$longest" ] || return
  { cat "$home/hosts.old" && padding $((longest - old)); } >"$STATE/old"
  { cat "$home/hosts.new" && padding $((longest - new)); } >"$STATE/new"
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
