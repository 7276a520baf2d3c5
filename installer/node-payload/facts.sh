#!/bin/sh
# What a server is, as lines of {"k":"name","v":"value"}. Reads only: no file is written, no package list fetched, no
# service touched. Fed to `sh -s` through standard input; runs under dash, bash and busybox, with and without root.
#
# Set before it by whoever sends it: OPENSTATION_TARGETS ("host:port host:port", what this server must reach).
LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH

say() { # name value
  printf '{"k":"%s","v":"%s"}\n' "$1" "$(printf '%s' "$2" | tr '\n\t' '  ' | tr -d '\000-\037\177' | cut -c1-1000 | sed 's/\\/\\\\/g; s/"/\\"/g')"
}
has() { command -v "$1" >/dev/null 2>&1; }
# A hung driver or engine must not hang the report.
limited() { # seconds command...
  if has timeout; then timeout "$@" </dev/null; else shift; "$@" </dev/null; fi
}
# Numbers through printf: mawk writes large ones as 2.7e+11.
# Free and total bytes of the file system that holds a path, also when the path is not there yet.
space() { # name path
  place=$2
  while [ ! -e "$place" ] && [ "$place" != / ]; do place=$(dirname "$place"); done
  df -Pk "$place" 2>/dev/null | awk 'NR == 2 { printf "%.0f %.0f %s\n", $2 * 1024, $4 * 1024, $6 }' | while read -r total free mount; do
    say "disk.$1.path" "$2"
    say "disk.$1.total" "$total"
    say "disk.$1.free" "$free"
    say "disk.$1.mount" "$mount"
    case ",$(awk -v m="$mount" '$2 == m { print $4 }' /proc/mounts | tail -n 1)," in *,ro,*) say "disk.$1.readonly" yes ;; esac
  done
}

system() {
  if [ -r /etc/os-release ]; then
    ( . /etc/os-release; say os.id "${ID:-}"; say os.like "${ID_LIKE:-}"; say os.version "${VERSION_ID:-}"; say os.name "${PRETTY_NAME:-}" )
  fi
  say kernel "$(uname -r)"
  say arch "$(uname -m)"
  say hostname "$(uname -n)"
  say uid "$(id -u)"
  say machine.id "$(cat /etc/machine-id 2>/dev/null)"
  say boot.id "$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"
  say cpus "$(grep -c '^processor' /proc/cpuinfo 2>/dev/null)"
  awk '/^MemTotal:/ { printf "total %.0f\n", $2 * 1024 } /^MemAvailable:/ { printf "available %.0f\n", $2 * 1024 }' /proc/meminfo 2>/dev/null | while read -r key bytes; do say "memory.$key" "$bytes"; done
  libc=$(getconf GNU_LIBC_VERSION 2>/dev/null)
  [ -n "$libc" ] || libc=$(ldd --version 2>&1 | head -n 1)
  say libc "$libc"
  if [ -d /run/systemd/system ]; then say init systemd; else say init "$(cat /proc/1/comm 2>/dev/null)"; fi
  for tool in tar gzip sha256sum setsid; do has $tool || say "missing.$tool" yes; done
}

network() {
  { ip -o addr show scope global 2>/dev/null || true; } | awk '{ print $2, $4 }' | while read -r name address; do say "interface.$name" "$address"; done
  # Local address 4th column state 0A is LISTEN; the port is hexadecimal.
  for table in /proc/net/tcp /proc/net/tcp6; do [ -r $table ] && awk '$4 == "0A" { sub(/.*:/, "", $2); print $2 }' $table; done | sort -u | while read -r hex; do
    printf '%d\n' "0x$hex"
  done | sort -nu | tr '\n' ' ' | { read -r ports || true; say ports.listening "${ports:-}"; }
}

reach() { # host port → ok, refused, silent, or unknown when no tool can tell
  if has bash; then
    limited 5 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>/dev/null
    case $? in 0) echo ok ;; 124 | 137 | 143) echo silent ;; *) echo refused ;; esac
  elif has nc; then
    if limited 6 nc -w 5 "$1" "$2" >/dev/null 2>&1; then echo ok; else echo refused; fi
  elif has curl; then
    curl -s -o /dev/null --connect-timeout 5 -m 6 -k "https://$1:$2/" </dev/null
    case $? in 7) echo refused ;; 6) echo refused ;; 28) echo silent ;; *) echo ok ;; esac
  elif has python3; then
    limited 6 python3 -c 'import socket,sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 5)' "$1" "$2" 2>/dev/null && echo ok || echo refused
  else
    echo unknown
  fi
}
controller() {
  for target in ${OPENSTATION_TARGETS:-}; do
    host=${target%:*}
    host=${host#\[}
    say "reach.$target" "$(reach "${host%\]}" "${target##*:}")"
  done
}

candidate() { # the first of these packages that a configured repository offers
  for package in "$@"; do
    if has apt-cache; then
      limited 20 apt-cache policy "$package" 2>/dev/null | grep -q 'Candidate: [0-9]' && echo "$package" && return
    elif has dnf || has yum; then
      tool=dnf; has dnf || tool=yum
      limited 40 $tool -q -C list "$package" >/dev/null 2>&1 && echo "$package" && return
    elif has zypper; then
      limited 20 zypper -q --no-refresh search -x "$package" >/dev/null 2>&1 && echo "$package" && return
    fi
  done
}
packages() {
  for tool in apt-get dnf yum zypper; do has $tool && { say packages.manager $tool; break; }; done
  say packages.engine "$(candidate docker-ce docker.io moby-engine docker)"
  say packages.toolkit "$(candidate nvidia-container-toolkit)"
  [ -d /var/lib/openstation/packages ] && say packages.offline /var/lib/openstation/packages
}

engine() {
  root=/var/lib/docker
  if has docker; then
    say docker.client "$(limited 10 docker --version 2>&1)"
    version=$(limited 15 docker version --format '{{.Server.Version}} {{.Server.APIVersion}}' 2>/dev/null)
    if [ -n "$version" ]; then
      say docker.version "${version% *}"
      say docker.api "${version#* }"
      root=$(limited 15 docker info --format '{{.DockerRootDir}}' 2>/dev/null || echo "$root")
      say docker.running "$(limited 15 docker ps -q 2>/dev/null | wc -l | tr -d ' ')"
      say docker.live-restore "$(limited 15 docker info --format '{{.LiveRestoreEnabled}}' 2>/dev/null)"
    else
      say docker.error "$(limited 10 docker info 2>&1 | tail -n 1)"
    fi
  fi
  space docker "$root"
  space models /var/lib/openstation
}

gpu() {
  count=0
  for device in /sys/bus/pci/devices/*; do
    [ "$(cat "$device/vendor" 2>/dev/null)" = 0x10de ] || continue
    case $(cat "$device/class" 2>/dev/null) in 0x03*) count=$((count + 1)) ;; esac
  done
  say gpu.pci $count
  if has nvidia-smi; then
    answer=$(limited 20 nvidia-smi --query-gpu=driver_version,name --format=csv,noheader 2>&1)
    if [ $? -eq 0 ]; then
      say gpu.count "$(printf '%s\n' "$answer" | grep -c ,)"
      say gpu.driver "$(printf '%s\n' "$answer" | head -n 1 | cut -d, -f1)"
      say gpu.name "$(printf '%s\n' "$answer" | head -n 1 | cut -d, -f2-)"
      say gpu.processes "$(limited 20 nvidia-smi --query-compute-apps=pid --format=csv,noheader 2>/dev/null | grep -c '[0-9]')"
    else
      say gpu.error "$answer"
    fi
  fi
  if has nvidia-ctk; then say gpu.toolkit "$(limited 10 nvidia-ctk --version 2>&1 | head -n 1)"
  elif has nvidia-container-runtime-hook || has nvidia-container-cli; then say gpu.toolkit present; fi
}

leftovers() {
  [ -e /etc/systemd/system/openstation-agent.service ] && say leftover.unit /etc/systemd/system/openstation-agent.service
  [ -d /opt/openstation/agent ] && say leftover.program /opt/openstation/agent
  [ -d /var/lib/openstation/agent ] && say leftover.data /var/lib/openstation/agent
  [ -f /var/lib/openstation/bootstrap.json ] && say leftover.record "$(grep -o '"job":"[^"]*"' /var/lib/openstation/bootstrap.json | sort -u | head -n 5 | tr '\n' ' ')"
  has systemctl && [ "$(systemctl is-active openstation-agent 2>/dev/null)" = active ] && say leftover.running yes
  true
}

say facts.version 1
say clock.seconds "$(date +%s)"
system
engine
gpu
packages
leftovers
network
controller
say facts.end 1
