import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { Backoff, sleep, type Logger } from '@openstation/kit';
import { JoinError, atConfiguredHost, joinCluster, joinedRecord, type MemberFiles, type MemberRecord } from '@openstation/member';
import { MemberKind } from '@openstation/proto';

export interface JoinSource {
  readonly controlAddress: string;
  readonly joinToken?: string | undefined;
  readonly joinTokenFile?: string | undefined;
}

/** There is no identity on disk and nothing to get one with. */
export class NoJoinTokenError extends Error {}

/**
 * The gateway's identity: from disk, or by joining. Network faults are tried again until it works or the signal fires.
 * @throws JoinError when the controller refuses
 * @throws NoJoinTokenError when there is no token and no identity
 */
export async function obtainIdentity(files: MemberFiles, source: JoinSource, log: Logger, signal: AbortSignal): Promise<MemberRecord | undefined> {
  const known = await files.load();
  if (known) return atConfiguredHost(known, source.controlAddress);
  if (source.joinToken === undefined && source.joinTokenFile === undefined) {
    throw new NoJoinTokenError('joinTokenFile: this gateway has not joined a cluster yet; create a gateway join token in the console and give it as joinTokenFile (OPENSTATION_JOIN_TOKEN_FILE) or joinToken');
  }
  const backoff = new Backoff({ firstMs: 250, maxMs: 5000 });
  while (!signal.aborted) {
    try {
      const record = await join(source);
      await files.save(record);
      log.info({ memberId: record.memberId, clusterId: record.clusterId }, 'joined the cluster');
      return record;
    } catch (error) {
      if (!isPassing(error)) throw error;
      const ms = backoff.next();
      log.warn({ reason: (error as Error).message, retryMs: ms }, 'could not join yet');
      await sleep(ms, signal);
    }
  }
  return undefined;
}

async function join(source: JoinSource): Promise<MemberRecord> {
  const joinToken = source.joinToken ?? (await readFile(source.joinTokenFile ?? '', 'utf8')).trim();
  const joined = await joinCluster({
    controlAddress: source.controlAddress,
    joinToken,
    kind: MemberKind.GATEWAY,
    name: hostname(),
    addresses: [],
    machineId: await machineId(),
  });
  return joinedRecord(joined, source.controlAddress);
}

/** The network, or a token file that is not written yet; both may be different in a moment. */
function isPassing(error: unknown): boolean {
  if (error instanceof JoinError) return error.retryable;
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

async function machineId(): Promise<string> {
  try {
    return (await readFile('/etc/machine-id', 'utf8')).trim();
  } catch {
    return ''; // Containers often have none; it only helps people to recognise the machine.
  }
}
