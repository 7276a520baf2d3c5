import type { Node } from '../../api';
import { nameProblem } from '../node-name';
import { credentialProblems, noCredential, type CredentialDraft, type CredentialProblems } from './credential-draft';

/** The form of a server that is added over SSH. */
export interface SshDraft {
  readonly name: string;
  readonly host: string;
  readonly port: number | null;
  readonly type: Node['type'];
  /** Wait after the report even when nothing is wrong. */
  readonly alwaysReview: boolean;
  readonly credential: CredentialDraft;
}

export const emptySshDraft: SshDraft = { name: '', host: '', port: 22, type: 'gpu', alwaysReview: false, credential: noCredential };

export type SshProblems = CredentialProblems & Partial<Record<'name' | 'host' | 'port', string>>;

/** What is wrong, field by field, as translation keys; nothing when it can be sent. */
export function sshProblems({ name, host, port, credential }: SshDraft, nodes: readonly Pick<Node, 'id' | 'name' | 'address'>[]): SshProblems {
  const [trimmedName, trimmedHost] = [name.trim(), host.trim()];
  const wrongName = trimmedName === '' ? 'nodes.add.needed' : nameProblem(trimmedName, nodes);
  const wrongHost = hostProblem(trimmedHost);
  return {
    ...(wrongName ? { name: wrongName } : {}),
    ...(wrongHost ? { host: wrongHost } : {}),
    ...(port !== null && Number.isInteger(port) && port >= 1 && port <= 65_535 ? {} : { port: 'nodes.add.portWrong' }),
    ...credentialProblems(credential),
  };
}

/** The name of the node that has this address already; worth a word, not a refusal. */
export function nodeAt(host: string, nodes: readonly Pick<Node, 'name' | 'address'>[]): string | null {
  const address = host.trim();
  return address === '' ? null : (nodes.find((node) => node.address === address)?.name ?? null);
}

function hostProblem(host: string): string {
  if (host === '') return 'nodes.add.needed';
  if (/^[a-z]+:\/\//i.test(host) || host.includes('/') || host.includes('@')) return 'nodes.add.hostOnly';
  if (!/^[A-Za-z0-9.:-]+$/.test(host)) return 'nodes.add.hostWrong';
  // Four numbers are meant as an address.
  const parts = host.split('.');
  return /^[\d.]+$/.test(host) && (parts.length !== 4 || parts.some((part) => part === '' || Number(part) > 255)) ? 'nodes.add.hostWrong' : '';
}
