#!/bin/sh
# Keeps the agent running on a server without systemd. One at a time; ends, with the agent, on SIGTERM.
base=$(cd "$(dirname "$(readlink -f "$0")")" && pwd -P) || exit 1
pid_file=/run/openstation-agent.pid
[ -d /run ] || pid_file=/var/run/openstation-agent.pid
log=/var/log/openstation-agent.log
log_limit=20000000

if [ -f "$pid_file" ] && tr '\0' ' ' <"/proc/$(cat "$pid_file")/cmdline" 2>/dev/null | grep -q "$base/watchdog.sh"; then exit 0; fi
echo $$ >"$pid_file"
export OPENSTATION_SERVICE_MANAGER=watchdog
agent=
stop() {
  trap '' TERM INT
  if [ -n "$agent" ]; then kill -TERM "$agent" 2>/dev/null; wait "$agent" 2>/dev/null; fi
  rm -f "$pid_file"
  exit 0
}
trap stop TERM INT
umask 077
while :; do
  if [ -f "$log" ] && [ "$(wc -c <"$log")" -gt "$log_limit" ]; then mv "$log" "$log.1"; fi
  "$base/start.sh" </dev/null >>"$log" 2>&1 &
  agent=$!
  echo "$agent" >"$pid_file.agent"
  wait "$agent"
  agent=
  rm -f "$pid_file.agent"
  sleep 2 &
  wait $!
done
