import type { MemberRole } from './join-tokens.js';

/** What the controller knows of its own addresses. */
export interface OwnHosts {
  /** As the administrator set it. */
  readonly publicHost: string | null;
  /** What the enrolment port listens on. */
  readonly listens: string;
  /** Names in the console's certificate. */
  readonly configured: readonly string[];
}

/**
 * The host that others join at: the public one, else what is listened on, else a configured one that is not loopback.
 * Addresses and full names go before bare host names, which other machines often cannot resolve.
 */
export function joinHost({ publicHost, listens, configured }: OwnHosts): string {
  if (publicHost !== null && publicHost !== '') return publicHost;
  const others = [listens, ...configured].filter((host) => !isLoopback(host) && host !== '0.0.0.0' && host !== '::');
  return others.find((host) => /[.:]/.test(host)) ?? others[0] ?? 'localhost';
}

/** Where a server finds what it joins with. */
export interface JoinAddresses {
  readonly host: string;
  /** Of the console, which hands out the script and the agent. */
  readonly consolePort: number;
  /** What members join at. */
  readonly enrolmentPort: number;
  /** Of the console's public key, as curl and wget write it. */
  readonly pin: string;
}

/**
 * The line to paste as root on a server that has nothing of ours. The token goes through standard input only: what
 * stands in a program's arguments or in an address every user of the machine, and every log, can see (`printf` is the
 * shell itself; `ps` shows the script, which holds nothing secret). The script comes from whoever holds the pinned key.
 * `name` is a display name: nothing in it means anything to a shell.
 */
export function serverCommand(token: string, { host, consolePort, pin }: JoinAddresses, name: string | undefined): string {
  const url = `${scriptOrigin(host, consolePort)}${JOIN_SCRIPT_PATH}`;
  const fetching = `curl -fsSk --pinnedpubkey '${pin}' ${url} || wget -qO- --no-check-certificate --pinnedpubkey='${pin}' ${url}`;
  return `printf '%s' '${token}' | sh -c "$(${fetching})" join-openstation${name === undefined ? '' : ` --name ${name}`}`;
}

export const JOIN_SCRIPT_PATH = '/api/v1/join-script';

export function scriptOrigin(host: string, port: number): string {
  return `https://${bracketed(host)}:${port}`;
}

/** The line to paste in a checkout on the joining machine. The token goes through standard input, or a file that only its owner reads. */
export function checkoutCommand(kind: MemberRole, token: string, { host, enrolmentPort }: JoinAddresses, name: string | undefined): string {
  const address = `${bracketed(host)}:${enrolmentPort}`;
  const given = `printf '%s' '${token}'`;
  if (kind === 'agent') return `${given} | ./openstation join --control ${address}${name === undefined ? '' : ` --name ${name}`}`;
  return [
    `mkdir -p -m 700 ${GATEWAY_DIRECTORY}`,
    `${given} > ${GATEWAY_DIRECTORY}/join-token`,
    'source tools/use-node24.sh',
    `OPENSTATION_GATEWAY_DATA_DIR=${GATEWAY_DIRECTORY} OPENSTATION_CONTROL_ADDRESS=${address} OPENSTATION_JOIN_TOKEN_FILE=${GATEWAY_DIRECTORY}/join-token node controller/gateway/dist/main.js`,
  ].join(' && ');
}

export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Beside a full installation's own gateway, never the same. */
const GATEWAY_DIRECTORY = 'data/joined-gateway';

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
