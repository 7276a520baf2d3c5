import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** How an agent stands with its controller, as its own log tells it: nobody else on its machine knows. */
export type AgentSession =
  | { readonly state: 'connected'; readonly since: string; readonly nodeName: string }
  | { readonly state: 'disconnected'; readonly since: string; readonly reason: string }
  | { readonly state: 'joining'; readonly since: string; readonly reason: string }
  | { readonly state: 'unknown' };

const TAIL_BYTES = 256 * 1024;
/** What the agent writes at each turn; the room test breaks when one of these words changes. */
const TURNS: Readonly<Record<string, 'connected' | 'disconnected' | 'joining'>> = {
  'session begun': 'connected',
  'session ended; engines go on': 'disconnected',
  'the controller cannot be reached to join the cluster, trying again': 'joining',
};

/** Size of a log in bytes; 0 when there is none. To read only what comes after a moment. */
export function logSize(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** The newest turn in the log from byte `from` on. */
export async function agentSession(path: string, from = 0): Promise<AgentSession> {
  return newestTurn(await readFrom(path, from));
}

/** Why the agent gave up, in its own words: it says so in plain text, where all else is JSON. */
export async function refusalIn(path: string, from: number): Promise<string> {
  const plain = (await readFrom(path, from)).split('\n').filter((line) => line.trim() !== '' && !line.startsWith('{'));
  return plain.slice(-3).join('\n');
}

export function newestTurn(text: string): AgentSession {
  for (const line of text.split('\n').reverse()) {
    const entry = parse(line);
    const state = TURNS[entry?.msg ?? ''];
    if (entry === undefined || state === undefined) continue;
    const since = new Date(entry.time ?? NaN).toJSON() ?? 'unknown';
    return state === 'connected' ? { state, since, nodeName: entry.nodeName ?? '' } : { state, since, reason: entry.reason ?? '' };
  }
  return { state: 'unknown' };
}

interface Entry {
  readonly msg?: string;
  readonly time?: string | number;
  readonly reason?: string;
  readonly nodeName?: string;
}

function parse(line: string): Entry | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return undefined; // the first line of a tail, or the last one while it is written
  }
}

async function readFrom(path: string, from: number): Promise<string> {
  const size = logSize(path);
  if (size === 0) return '';
  // A log that is smaller than before was cut: all of it is new.
  const start = Math.max(size < from ? 0 : from, size - TAIL_BYTES);
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(size - start);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
