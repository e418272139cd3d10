#!/bin/bash
# Pid 1 of a machine: gives it a root of its own, then becomes its init. Runs in fresh mount, pid, network, uts
# and ipc namespaces; pivot_root leaves the old root behind whole, so that nothing of the host's stays pinned.
# Wants: MACHINE (name), FILES (its etc, var, tmp and root), BIN (mounted read-only), INIT (the script in its /etc/edge to
# go on with).
set -eu

root=$FILES/root-mount
hostname "$MACHINE"
mount --make-rprivate /
mount -t tmpfs -o size=4m,mode=755 edge-root "$root"
cd "$root"

mkdir -p usr etc var run tmp root proc sys dev home mnt opt/edge/bin old
for link in bin sbin lib lib64 lib32; do
  [ ! -L "/$link" ] || ln -s "usr/$link" "$link"
done
read_only() { mount --bind "$1" "$2" && mount -o remount,bind,ro "$2"; }
read_only /usr usr
read_only "$BIN" opt/edge/bin
for own in etc var tmp root; do mount --bind "$FILES/$own" "$own"; done

mount -t tmpfs -o mode=755 edge-run run
mkdir -p run/lock
mount -t proc proc proc
mount -t sysfs sysfs sys
mount --bind /dev dev
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
mount -t tmpfs shm dev/shm
[ ! -d dev/mqueue ] || mount -t mqueue mqueue dev/mqueue

if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  mount --bind /sys/fs/cgroup sys/fs/cgroup
else
  mount -t tmpfs -o mode=755 edge-cgroup sys/fs/cgroup
  for hierarchy in /sys/fs/cgroup/*; do
    name=${hierarchy##*/}
    if [ -L "$hierarchy" ]; then
      cp -P "$hierarchy" "sys/fs/cgroup/$name"
    else
      mkdir "sys/fs/cgroup/$name"
      mount --bind "$hierarchy" "sys/fs/cgroup/$name"
    fi
  done
fi

pivot_root . old
umount -l /old
rmdir /old
mount --make-rshared /
exec env -i PATH=/opt/edge/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
  /bin/bash "/etc/edge/$INIT"
