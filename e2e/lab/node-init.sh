#!/bin/sh
# First process of a lab node, before systemd: a privileged container sees more of the machine than a server of its
# own would, and must not change it.
rm -f /dev/vd* /dev/sd* /dev/nvme* /dev/vsock /dev/kvm /dev/zram* /dev/tty[0-9]* /dev/ttyS* /dev/vcs* 2>/dev/null
# systemd raises fs.file-max and sets fs.protected_* — those belong to the machine, not to the node.
for tree in /proc/sys/fs /proc/sys/kernel /proc/sys/vm /proc/sysrq-trigger; do
  mount --bind "$tree" "$tree" && mount -o remount,ro,bind "$tree"
done
# Docker's resolv.conf is a mount; a server has a file. The nested engine inherits it, and without any name server
# each look-up fails at once instead of hanging.
umount /etc/resolv.conf 2>/dev/null
: >/etc/resolv.conf
# A server without systemd.
if [ "${LAB_INIT:-}" = sshd ]; then
  ssh-keygen -A >/dev/null
  mkdir -p /run/sshd
  exec /usr/sbin/sshd -D
fi
exec /sbin/init "$@"
