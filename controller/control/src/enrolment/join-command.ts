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

/**
 * The line to paste in a checkout on the joining machine. The token goes through standard input, or a file that only
 * its owner reads: what stands in a program's arguments every user of the machine can see (`printf` is the shell itself).
 * `name` is a display name: nothing in it means anything to a shell.
 */
export function joinCommand(kind: MemberRole, token: string, control: { host: string; port: number }, name: string | undefined): string {
  const address = `${control.host.includes(':') ? `[${control.host}]` : control.host}:${control.port}`;
  const given = `printf '%s' '${token}'`;
  if (kind === 'agent') return `${given} | ./openstation join --control ${address}${name === undefined ? '' : ` --name ${name}`}`;
  return [
    `mkdir -p -m 700 ${GATEWAY_DIRECTORY}`,
    `${given} > ${GATEWAY_DIRECTORY}/join-token`,
    'source tools/use-node24.sh',
    `OPENSTATION_GATEWAY_DATA_DIR=${GATEWAY_DIRECTORY} OPENSTATION_CONTROL_ADDRESS=${address} OPENSTATION_JOIN_TOKEN_FILE=${GATEWAY_DIRECTORY}/join-token node controller/gateway/dist/main.js`,
  ].join(' && ');
}

/** Beside a full installation's own gateway, never the same. */
const GATEWAY_DIRECTORY = 'data/joined-gateway';

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
