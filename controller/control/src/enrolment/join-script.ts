import type { AgentArchitecture } from '@openstation/proto';
import { bracketed, scriptOrigin, type JoinAddresses } from './join-command.js';

export interface ScriptArchive {
  readonly arch: AgentArchitecture;
  readonly sha256: string;
}

/**
 * The script that the join command runs. It came from the pinned console, so the digests in it vouch for the archives.
 * Everything happens in a function that the last line calls: half a script does nothing.
 */
export function joinScript(addresses: JoinAddresses, archives: readonly ScriptArchive[]): string {
  const digestOf = (arch: AgentArchitecture): string => archives.find((archive) => archive.arch === arch)?.sha256 ?? '';
  return `# Makes this server a node of an OpenStation cluster. The join token comes on standard input.
set -eu
base=${scriptOrigin(addresses.host, addresses.consolePort)}/api/v1/agent-archives
pin='${addresses.pin}'
control=${bracketed(addresses.host)}:${addresses.enrolmentPort}
fail() { echo "openstation: $1" >&2; exit "\${2:-1}"; }
fetch() {
  if command -v curl >/dev/null 2>&1; then curl -fsSk --retry 3 --pinnedpubkey "$pin" -o "$2" "$1" </dev/null
  elif wget --help 2>&1 | grep -q pinnedpubkey; then wget -q --no-check-certificate --pinnedpubkey="$pin" -O "$2" "$1" </dev/null
  else fail 'this server needs curl, or a wget that can pin a key, to fetch the agent' 69; fi
}
digest() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum "$1" | cut -d ' ' -f 1
  else openssl dgst -sha256 -r "$1" | cut -d ' ' -f 1; fi
}
join_openstation() {
  token=$(head -c 4096)
  [ -n "$token" ] || fail 'the join token is missing: paste the whole line from the console' 64
  [ "$(id -u)" = 0 ] || fail 'must be run as root: paste the line in a root shell (sudo -i)' 77
  case $(uname -s)-$(uname -m) in
    Linux-x86_64 | Linux-amd64) arch=x64 sha256='${digestOf('x64')}' ;;
    Linux-aarch64 | Linux-arm64) arch=arm64 sha256='${digestOf('arm64')}' ;;
    *) fail "there is no agent for $(uname -s) on $(uname -m)" 65 ;;
  esac
  [ -n "$sha256" ] || fail "the controller has no agent for $arch yet: try again in a minute, or make it there with ./openstation agent-archive --arch $arch" 69
  # Not in /tmp: programs may not run from there.
  mkdir -p /opt/openstation/agent
  work=$(mktemp -d /opt/openstation/agent/.install-XXXXXX)
  trap 'rm -rf "$work"; rmdir /opt/openstation/agent /opt/openstation 2>/dev/null || :' EXIT
  trap 'exit 130' INT TERM
  echo "openstation: fetching the agent for $arch"
  fetch "$base/$arch" "$work/agent.tar.gz" || fail "the agent could not be fetched from $base/$arch" 69
  [ "$(digest "$work/agent.tar.gz")" = "$sha256" ] || fail 'the agent that came is not the one this line is for: paste the line again' 65
  tar -xzf "$work/agent.tar.gz" -C "$work"
  rm "$work/agent.tar.gz"
  printf '%s' "$token" | sh "$work/openstation-agent/install.sh" --control "$control" "$@"
}
join_openstation "$@"
`;
}
