#!/bin/sh
# Starts the agent of this server and returns to the version before when a new one does not reach the controller.
# It lies beside the versions, not in one of them: it must work when a new version does not.
#
#   upgrade/pending   written by the old agent before it ended: from=, to=, request=, gate= (seconds);
#                     removed by the new agent after its first session
#   upgrade/returned  written here: the same, with reason=; read by the old agent that is back
base=$(cd "$(dirname "$(readlink -f "$0")")" && pwd -P) || exit 1
config=${OPENSTATION_AGENT_CONFIG:-/etc/openstation/agent.yaml}
state=$base/upgrade
most_starts=3

word() { sed -n "s/^$1=//p" "$state/pending" | head -n 1; }
uptime_seconds() { read -r up _ </proc/uptime && echo "${up%%.*}"; }

return_to_old() {
  if [ -x "$base/$from/bin/openstation-agent" ]; then
    ln -sfn "$from" "$base/current.new" && { mv -T "$base/current.new" "$base/current" 2>/dev/null || { rm -f "$base/current.new"; ln -sfn "$from" "$base/current"; }; }
    { cat "$state/pending"; echo "reason=$1"; } >"$state/returned.new" && mv "$state/returned.new" "$state/returned"
    echo "openstation-agent: back to $from: $1" >&2
  fi
  rm -f "$state/pending" "$state/starts" "$state/began"
}

if [ -f "$state/pending" ]; then
  from=$(word from) request=$(word request) gate=$(word gate)
  case $gate in '' | *[!0-9]*) gate=120 ;; esac
  now=$(uptime_seconds)
  began=$(cat "$state/began" 2>/dev/null)
  case $began in '' | *[!0-9]*) began= ;; esac
  # No beginning yet, or one of before a reboot.
  if [ -z "$began" ] || [ "$began" -gt "$now" ]; then began=$now; echo "$began" >"$state/began"; fi
  starts=$(cat "$state/starts" 2>/dev/null)
  case $starts in '' | *[!0-9]*) starts=0 ;; esac
  starts=$((starts + 1))
  echo "$starts" >"$state/starts"
  if [ "$starts" -gt "$most_starts" ]; then
    return_to_old "it ended $most_starts times before it had a session"
  elif [ $((now - began)) -ge "$gate" ]; then
    return_to_old "it had no session within $gate seconds"
  else
    # Becomes of no use when the agent confirms, ends, or is started again.
    (
      sleep $((gate - now + began))
      if [ "$(word request 2>/dev/null)" = "$request" ] && [ "$(cat "$state/starts" 2>/dev/null)" = "$starts" ]; then
        kill -TERM "$$" 2>/dev/null
        sleep 8
        if [ "$(word request 2>/dev/null)" = "$request" ] && [ "$(cat "$state/starts" 2>/dev/null)" = "$starts" ]; then kill -KILL "$$" 2>/dev/null; fi
      fi
    ) </dev/null >/dev/null 2>&1 &
  fi
fi
exec "$base/current/bin/openstation-agent" --config "$config"
