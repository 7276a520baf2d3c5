#!/bin/bash
# Builds the image of a fresh server: Debian with systemd, sshd (root by password) and Docker, into the engine that
# DOCKER_HOST names. The root file system is cached below CACHE, so only the first build fetches packages.
#
#   node-image.sh TAG CACHE [SUITE]
set -euo pipefail
tag=${1:?tag} cache=${2:?cache directory} suite=${3:-bookworm}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
packages=systemd,systemd-sysv,dbus,openssh-server,iproute2,iputils-ping,ca-certificates,curl,procps,kmod,jq,iptables,sudo,docker.io
[ "$suite" = bookworm ] || packages=$packages,docker-cli

# The mirror this machine's own apt uses.
mirror() {
  { cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null || true; } |
    awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^http/ && $i ~ /debian/ && $i !~ /security/) { print $i; exit } }
         $1 == "URIs:" && $2 ~ /debian/ && $2 !~ /security/ { print $2; exit }'
}

mkdir -p "$cache"
tarball=$cache/$suite-docker.tar
if [ ! -s "$tarball" ]; then
  source=$(mirror)
  [ -n "$source" ] || { echo "node-image.sh: this machine's apt has no Debian mirror" >&2; exit 1; }
  mmdebstrap --variant=minbase --include="$packages" "$suite" "$cache/$suite-docker.part.tar" "$source" >"$cache/$suite.log" 2>&1 || { tail -20 "$cache/$suite.log" >&2; exit 1; }
  mv "$cache/$suite-docker.part.tar" "$tarball"
fi

build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
cp "$here/runc-shim" "$build/runc"
cp "$here/node-init.sh" "$build/node-init"
chmod 755 "$build/runc" "$build/node-init"
docker import "$tarball" "$tag-base" >/dev/null
cat >"$build/Dockerfile" <<DOCKERFILE
FROM $tag-base
ENV container=docker
COPY runc node-init /usr/local/sbin/
RUN echo 'root:lab-Passw0rd' | chpasswd \\
 && printf 'PermitRootLogin yes\nPasswordAuthentication yes\nUseDNS no\n' >/etc/ssh/sshd_config.d/lab.conf \\
 && rm -f /etc/ssh/ssh_host_* /etc/machine-id && touch /etc/machine-id \\
 && printf '[Unit]\nBefore=ssh.service\nConditionPathExists=!/etc/ssh/ssh_host_ed25519_key\n[Service]\nType=oneshot\nExecStart=/usr/bin/ssh-keygen -A\n[Install]\nWantedBy=multi-user.target\n' >/etc/systemd/system/lab-hostkeys.service \\
 && systemctl enable lab-hostkeys.service ssh.service \\
 && systemctl mask systemd-sysctl.service systemd-udevd.service systemd-udevd-control.socket systemd-udevd-kernel.socket systemd-udev-trigger.service systemd-modules-load.service sys-kernel-debug.mount sys-kernel-tracing.mount dev-hugepages.mount dev-mqueue.mount getty@tty1.service console-getty.service apt-daily.timer apt-daily-upgrade.timer systemd-timesyncd.service fstrim.timer e2scrub_all.timer
# An overlay cannot lie on an overlay: the nested engine keeps its data on a volume.
VOLUME /var/lib/docker
STOPSIGNAL SIGRTMIN+3
ENTRYPOINT ["/usr/local/sbin/node-init"]
DOCKERFILE
DOCKER_BUILDKIT=0 docker build -q -t "$tag" "$build" >/dev/null
