# Source me from bash: puts the pinned Node first on PATH, fetching it from the package registry once.
# Why: the system Node may be too old for the stack, and native modules then crash without a message.
_openstation_toolchain="$(cd "$(dirname "${BASH_SOURCE[0]}")/node" && pwd)"
if [ ! -x "$_openstation_toolchain/node_modules/.bin/node" ]; then
  npm ci --prefix "$_openstation_toolchain" --no-audit --no-fund --loglevel=error >&2 || return 1
fi
export PATH="$_openstation_toolchain/node_modules/.bin:$PATH"
export NG_CLI_ANALYTICS=false NX_DAEMON=false NX_TUI=false
# Build results are kept inside the clone; by default they would be shared below the user's home.
NX_CACHE_DIRECTORY="$(dirname "$(dirname "$_openstation_toolchain")")/.nx/cache"
export NX_CACHE_DIRECTORY
unset _openstation_toolchain
hash -r
