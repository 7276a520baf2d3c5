#!/bin/sh
# Takes the agent away from this server. As root:
#
#   /opt/openstation/agent/uninstall.sh [--keep-data] [--keep-engines]
#
# Its engines are stopped first. --keep-data leaves the data directory (identity, models); --keep-engines leaves
# engines running, which need that directory too.
set -u
base=/opt/openstation/agent
config=/etc/openstation/agent.yaml
unit=/etc/systemd/system/openstation-agent.service
keep_data=no keep_engines=no
for word in "$@"; do
  case $word in
    --keep-data) keep_data=yes ;;
    --keep-engines) keep_engines=yes keep_data=yes ;;
    *) sed -n '2,/^set -u/{/^#/s/^# \{0,1\}//p}' "$0" >&2; exit 64 ;;
  esac
done
[ "$(id -u)" = 0 ] || { echo 'openstation-agent: must be run as root (sudo)' >&2; exit 77; }

# Called by the agent itself it would end with it, and could not write where the agent cannot.
if [ -d /run/systemd/system ] && grep -q openstation-agent.service /proc/self/cgroup 2>/dev/null && [ -z "${OPENSTATION_UNINSTALLING:-}" ]; then
  exec systemd-run --quiet --collect --setenv=OPENSTATION_UNINSTALLING=1 /bin/sh "$base/uninstall.sh" "$@"
fi

data_dir=$(sed -n 's/^dataDir: *"\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' "$config" 2>/dev/null | head -n 1)
[ -n "$data_dir" ] || data_dir=/var/lib/openstation/agent
pid_file=/run/openstation-agent.pid
[ -d /run ] || pid_file=/var/run/openstation-agent.pid

# stop_agent PID: with its engines unless they are to stay; they get 30 seconds.
stop_agent() {
  [ -n "$1" ] && [ "$1" != 0 ] || return
  if [ "$keep_engines" = yes ]; then kill -TERM "$1" 2>/dev/null; else kill -USR2 "$1" 2>/dev/null; fi
  waited=0
  while kill -0 "$1" 2>/dev/null && [ "$waited" -lt 45 ]; do sleep 1; waited=$((waited + 1)); done
  kill -KILL "$1" 2>/dev/null
}

if [ -f "$unit" ] && command -v systemctl >/dev/null 2>&1; then
  systemctl disable --quiet openstation-agent.service 2>/dev/null
  main=$(systemctl show -p MainPID --value openstation-agent.service 2>/dev/null)
  # Without its program it is not started again while it stops.
  rm -f "$base/start.sh"
  stop_agent "$main"
  systemctl stop openstation-agent.service 2>/dev/null
  rm -f "$unit"
  systemctl daemon-reload
  systemctl reset-failed openstation-agent.service 2>/dev/null
fi
if [ -f "$pid_file" ]; then
  watchdog=$(cat "$pid_file") agent=$(cat "$pid_file.agent" 2>/dev/null)
  # First the one that would start it again, and not so that it ends the agent itself.
  if tr '\0' ' ' <"/proc/$watchdog/cmdline" 2>/dev/null | grep -q "$base/watchdog.sh"; then kill -KILL "$watchdog" 2>/dev/null; fi
  stop_agent "$agent"
  rm -f "$pid_file" "$pid_file.agent"
fi
for file in /etc/rc.local /etc/inittab; do
  if grep -q '# openstation-agent$' "$file" 2>/dev/null; then
    grep -v '# openstation-agent$' "$file" >"$file.openstation-new"
    cat "$file.openstation-new" >"$file"
    rm -f "$file.openstation-new"
  fi
done
if command -v crontab >/dev/null 2>&1 && crontab -l 2>/dev/null | grep -q '# openstation-agent$'; then
  left=$(crontab -l | grep -v '# openstation-agent$')
  if [ -n "$left" ]; then printf '%s\n' "$left" | crontab -; else crontab -r; fi
fi
rm -f /var/log/openstation-agent.log /var/log/openstation-agent.log.1 "$config"
if [ "$keep_data" = no ]; then rm -rf "$data_dir"; fi
rm -rf "$base"
# What adding this server over SSH noted. Packages it installed stay, and so does the note about those.
notes=/var/lib/openstation
if [ "$keep_data" = no ] && [ -z "${OPENSTATION_KEEP_NOTES:-}" ]; then
  rm -rf "$notes/bootstrap"
  if ! grep -s '"kind":' "$notes/bootstrap.json" | grep -qv '"kind":"agent"'; then rm -f "$notes/bootstrap.json"; fi
fi
# Only if nothing else is in them.
rmdir /etc/openstation /opt/openstation "$(dirname "$data_dir")" 2>/dev/null
echo "openstation-agent: uninstalled$([ "$keep_data" = no ] || echo ", $data_dir stays")"
