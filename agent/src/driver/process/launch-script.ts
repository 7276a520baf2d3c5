/**
 * The wrapper around one engine: `sh launch.sh <instance directory> <command…>`. It leads the engine's process
 * group, outlives the agent, leaves its identity before the engine starts and the exit code after it ended.
 * Each file appears whole, by rename.
 */
export const LAUNCH_SCRIPT = `#!/bin/sh
dir=$1
shift
cat "/proc/$$/stat" /proc/sys/kernel/random/boot_id > "$dir/pid.new" && mv "$dir/pid.new" "$dir/pid" || exit 125
# A polite stop goes to the whole group: the wrapper stays to record the engine's exit code.
trap : TERM INT HUP
ulimit -c 0
# When memory runs out the engine goes first, not the agent or sshd.
{ echo 500 > /proc/self/oom_score_adj; } 2>/dev/null
"$@" </dev/null >>"$dir/engine.log" 2>&1 &
engine=$!
while :; do
  wait "$engine"
  code=$?
  kill -0 "$engine" 2>/dev/null || break
done
echo "$code" > "$dir/exit.new" && mv "$dir/exit.new" "$dir/exit"
`;
