#!/bin/bash
# A Docker engine of its own in a network namespace of its own.
#
#   engine.sh start NAME DIRECTORY [dockerd flags]   socket: DIRECTORY/docker.sock
#   engine.sh sweep NAME DIRECTORY                   what an engine left that was killed with all its processes: mounts, containers' wires
#   engine.sh stop NAME DIRECTORY                    engine, containers, mounts, cgroups and namespace
#
# Nothing touches the machine's own network: bridge and iptables rules live in the namespace NAME, which has no route out.
set -euo pipefail
command=${1:?start, sweep or stop} name=${2:?name} directory=${3:?directory}
shift 3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

start() {
  mkdir -p "$directory/bin"
  [ -e "/run/netns/$name" ] || ip netns add "$name"
  ip -n "$name" link set lo up
  install -m 755 "$here/runc-shim" "$directory/bin/runc"
  # nsenter, not `ip netns exec`: that one remounts /sys and hides the cgroups.
  PATH="$directory/bin:$PATH" setsid nsenter --net="/run/netns/$name" dockerd \
    --data-root "$directory/data" --exec-root "$directory/exec" --pidfile "$directory/dockerd.pid" --host "unix://$directory/docker.sock" \
    --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "/openstation/$name" "$@" >"$directory/dockerd.log" 2>&1 </dev/null &
  local launcher=$!
  for _ in $(seq 300); do
    curl -sf --unix-socket "$directory/docker.sock" http://docker/_ping >/dev/null 2>&1 && return 0
    kill -0 "$launcher" 2>/dev/null || break
    sleep 0.1
  done
  echo "dockerd $name did not start:" >&2
  tail -20 "$directory/dockerd.log" >&2
  return 1
}

stop() {
  if curl -sf --unix-socket "$directory/docker.sock" http://docker/_ping >/dev/null 2>&1; then
    export DOCKER_HOST="unix://$directory/docker.sock"
    docker ps -aq | xargs -r docker rm -fv >/dev/null 2>&1 || true
  fi
  if [ -f "$directory/dockerd.pid" ]; then
    local pid
    pid=$(cat "$directory/dockerd.pid")
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 300); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -0 "$pid" 2>/dev/null && { echo "dockerd $name does not stop" >&2; kill -9 "$pid"; }
    rm -f "$directory/dockerd.pid"
  fi
  unmount
  if [ -e "/run/netns/$name" ]; then ip netns del "$name"; fi
  for group in /sys/fs/cgroup/openstation/"$name" /sys/fs/cgroup/*/openstation/"$name"; do
    if [ -d "$group" ]; then find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null || true; fi
  done
}

# Deepest first; the engine leaves its sandbox namespaces and, after a kill, layer mounts behind.
unmount() {
  awk -v below="$directory/" 'index($2, below) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mount; do umount -l "$mount" || true; done
}

# A container's namespace may live on in somebody's copy of the mounts; without its wire nobody meets it.
sweep() {
  unmount
  ip -n "$name" -o link show type veth | sed -nE 's/^[0-9]+: (veth[^@:]+).*/\1/p' | while read -r wire; do ip -n "$name" link delete "$wire" || true; done
}

case $command in
  sweep) sweep ;;
  start) start "$@" ;;
  stop) stop ;;
  *) echo "usage: engine.sh start|sweep|stop NAME DIRECTORY [dockerd flags]" >&2; exit 64 ;;
esac
