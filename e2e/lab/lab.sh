#!/bin/bash
# A multi-host lab on one machine. Hosts are privileged containers with systemd, sshd (root / lab-Passw0rd) and their
# own Docker engine, on one network inside one network namespace without a way out.
#
#   lab.sh up                          namespace, engine and network; first time also the host image
#   lab.sh node start NAME [run flags] a fresh host; prints its address when SSH answers
#   lab.sh node stop NAME              the host and its disk are gone
#   lab.sh exec NAME COMMAND...        run a command on a host, without SSH
#   lab.sh ssh NAME COMMAND...         … over SSH with the password
#   lab.sh run COMMAND...              run a command beside the hosts (a controller, a test, a browser)
#   lab.sh copy NAME FILE PATH         a file onto a host
#   lab.sh fault cut|heal NAME         cable pulled / plugged in again
#   lab.sh fault partition|join A B    two hosts do not hear each other / do again
#   lab.sh fault freeze|thaw NAME      connects, but nothing answers
#   lab.sh fault power-cut|power-on NAME
#   lab.sh fault slow NAME MBIT | fast NAME
#   lab.sh address NAME | status
#   lab.sh down [--purge]              everything; --purge also the engine's data (the package cache stays)
#
# LAB_NAME (oslab) names the namespace, so several labs can run at once; LAB_STATE and LAB_CACHE are their directories.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lab=${LAB_NAME:-oslab}
state=${LAB_STATE:-/var/lib/openstation-lab/$lab}
cache=${LAB_CACHE:-/var/cache/openstation-lab}
image=openstation-lab/host:bookworm
subnet=10.214.0
bridge=lab0
export DOCKER_HOST=unix://$state/docker.sock

inside() { nsenter --net="/run/netns/$lab" "$@"; }
address() { docker inspect -f '{{(index .NetworkSettings.Networks "lab").IPAddress}}' "$1"; }
die() { echo "lab.sh: $*" >&2; exit 1; }

up() {
  [ "$(id -u)" = 0 ] || die 'needs root'
  mkdir -p "$state"
  curl -sf --unix-socket "$state/docker.sock" http://docker/_ping >/dev/null 2>&1 ||
    "$here/engine.sh" start "$lab" "$state" --bip 10.215.0.1/24 --default-address-pool base=10.216.0.0/16,size=24
  docker network inspect lab >/dev/null 2>&1 ||
    docker network create --subnet "$subnet.0/24" --gateway "$subnet.1" -o com.docker.network.bridge.name=$bridge lab >/dev/null
  docker image inspect "$image" >/dev/null 2>&1 || "$here/node-image.sh" "$image" "$cache"
}

node_start() {
  local name=${1:?name}
  shift
  docker run -d --name "$name" --hostname "$name" --privileged --cgroupns=private --restart always --network lab \
    --tmpfs /run:exec,mode=755 --tmpfs /run/lock --tmpfs /tmp:exec,mode=1777 "$@" "$image" >/dev/null
  local ip banner
  ip=$(address "$name")
  for _ in $(seq 300); do
    banner=$(inside timeout 1 bash -c "exec 3<>/dev/tcp/$ip/22 && head -c4 <&3" 2>/dev/null || true)
    if [ "$banner" = SSH- ]; then echo "$ip"; return; fi
    sleep 0.1
  done
  docker logs --tail 20 "$name" >&2 || true
  die "$name ($ip): no SSH within 30 s"
}

over_ssh() {
  local name=${1:?name} askpass=$state/askpass
  shift
  printf '#!/bin/sh\necho lab-Passw0rd\n' >"$askpass"
  chmod 700 "$askpass"
  inside env SSH_ASKPASS="$askpass" SSH_ASKPASS_REQUIRE=force ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
    -o ConnectTimeout=10 -o PreferredAuthentications=password "root@$(address "$name")" "$@"
}

# The end of a host's cable on our side.
wire() {
  local index
  # /sys of this mount namespace shows our own eth0: ask over netlink.
  index=$(nsenter -t "$(docker inspect -f '{{.State.Pid}}' "$1")" -n ip -o link show eth0 | sed -n 's/.*eth0@if\([0-9]*\):.*/\1/p')
  inside ip -o link | awk -F': ' -v index_="$index" '$1 == index_ { split($2, part, "@"); print part[1] }'
}

# Traffic between two hosts crosses the bridge, not the router: iptables sees it only with br_netfilter, so drop it in
# the hosts themselves, both ways.
partition() { # -I or -D
  local rule=$1 a=$2 b=$3
  nsenter -t "$(docker inspect -f '{{.State.Pid}}' "$a")" -n iptables -t raw "$rule" PREROUTING -s "$(address "$b")" -j DROP
  nsenter -t "$(docker inspect -f '{{.State.Pid}}' "$b")" -n iptables -t raw "$rule" PREROUTING -s "$(address "$a")" -j DROP
}

fault() {
  local kind=${1:?kind}
  shift
  case $kind in
    cut) inside ip link set "$(wire "$1")" down ;;
    heal) inside ip link set "$(wire "$1")" up ;;
    partition) partition -I "$1" "$2" ;;
    join) partition -D "$1" "$2" ;;
    freeze) docker pause "$1" >/dev/null ;;
    thaw) docker unpause "$1" >/dev/null ;;
    power-cut) docker kill "$1" >/dev/null ;;
    power-on) docker start "$1" >/dev/null ;;
    slow) inside tc qdisc replace dev "$(wire "$1")" root tbf rate "$2mbit" burst 64k latency 200ms ;;
    fast) inside tc qdisc del dev "$(wire "$1")" root ;;
    *) die "no fault '$kind'" ;;
  esac
}

down() {
  "$here/engine.sh" stop "$lab" "$state"
  rm -f "$state/askpass"
  if [ "${1:-}" = --purge ]; then rm -rf "$state"; fi
}

command=${1:-help}
shift || true
case $command in
  up | down | help) ;;
  *) [ -S "$state/docker.sock" ] || die "lab '$lab' is not up: lab.sh up" ;;
esac
case $command in
  up) up ;;
  node)
    case ${1:-} in
      start) shift; node_start "$@" ;;
      stop) docker rm -fv "${2:?name}" >/dev/null ;;
      *) die 'node start|stop NAME' ;;
    esac ;;
  exec) docker exec "$@" ;;
  ssh) over_ssh "$@" ;;
  run) inside "$@" ;;
  copy) docker cp -L "${2:?file}" "${1:?name}:${3:?path}" >/dev/null ;;
  fault) fault "$@" ;;
  address) address "${1:?name}" ;;
  status) docker ps --format '{{.Names}} {{.Status}}' ;;
  down) down "$@" ;;
  *) sed -n '2,/^set -e/{/^#/p}' "$0"; [ "$command" = help ] || exit 64 ;;
esac
