#!/usr/bin/env bash
# Reads the flags of every engine version in versions.txt from the engine's own parser into controller/control/src/engines/data,
# and gives that parser every command line OpenStation makes. Fails where it refuses one.
#   tools/engine-flags/run.sh [PACKAGE VERSION]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
export VLLM_LOGGING_LEVEL=${VLLM_LOGGING_LEVEL:-ERROR}
failed=0
while read -r package version date; do
  [ $# -lt 2 ] || [ "$1 $2" = "$package $version" ] || continue
  family=${package%-cpu}
  python=$("$here/install.sh" "$package" "$version" "$date")
  echo "== $package $version"
  "$python" "$here/read_flags.py" "$package" "$version" "$root/controller/control/src/engines/data/$family-$version.json" 2>/tmp/engine-flags.$$ || { tail -5 /tmp/engine-flags.$$; failed=1; continue; }
  lines=$(mktemp)
  node "$here/command-lines.mjs" "$family" "$version" > "$lines"
  "$python" "$here/parse_lines.py" "$package" < "$lines" 2>/tmp/engine-flags.$$ || failed=1
  rm -f "$lines" /tmp/engine-flags.$$
done < <(grep -v '^#' "$here/versions.txt")
exit $failed
