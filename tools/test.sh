#!/usr/bin/env bash
# Runs the test suites: all of them, or those whose names are given (`./openstation test lint room:gateway`).
# `./openstation test --list` shows the names. Called by ./openstation after set-up and build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/use-node24.sh
exec node tools/test/run.mjs "$@"
