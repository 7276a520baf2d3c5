#!/usr/bin/env bash
# Regenerates src/gen from openstation/v1/*.proto; `generate.sh --check` fails when the committed code differs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
bin=../node_modules/.bin
out=src/gen
[ "${1:-}" != --check ] || out=$(mktemp -d)
mkdir -p "$out"
"$bin/protoc" --plugin="$bin/protoc-gen-ts_proto" --ts_proto_out="$out" -I . \
  --ts_proto_opt=outputServices=grpc-js,esModuleInterop=true,oneof=unions-value,forceLong=number,importSuffix=.js,env=node,fileSuffix=.pb,removeEnumPrefix=true,unrecognizedEnum=true,useOptionals=none,annotateFilesWithVersion=false \
  openstation/v1/*.proto
if [ "$out" != src/gen ]; then
  diff -r "$out" src/gen || { echo "generated proto code is stale: run proto/generate.sh" >&2; exit 1; }
fi
