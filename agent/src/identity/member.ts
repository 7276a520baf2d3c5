import { readFile } from 'node:fs/promises';
import { Backoff, ConfigError, sleep, type Logger } from '@openstation/kit';
import { JoinError, atConfiguredHost, joinCluster, joinedRecord, type MemberFiles, type MemberRecord } from '@openstation/member';
import { MemberKind } from '@openstation/proto';

export interface JoinSettings {
  readonly controlAddress: string;
  readonly joinToken: string | undefined;
  readonly joinTokenFile: string | undefined;
  readonly name: string;
  readonly addresses: readonly string[];
  readonly machineId: string;
  readonly bootId: string;
}

/**
 * The identity of this node: from disk, or by redeeming the join token. A controller that cannot be reached is waited
 * for; a token that it refuses is not.
 * @throws ConfigError without a token, JoinError when refused
 */
export async function ensureMember(files: MemberFiles, settings: JoinSettings, log: Logger, signal: AbortSignal): Promise<MemberRecord> {
  const known = await files.load();
  if (known) return keepConfiguredHost(files, known, settings.controlAddress);
  const joinToken = await readToken(settings);
  const backoff = new Backoff({ firstMs: 500, maxMs: 10_000 });
  for (;;) {
    signal.throwIfAborted();
    try {
      return await join(files, settings, joinToken);
    } catch (error) {
      if (!(error instanceof JoinError) || !error.retryable) throw error;
      log.warn({ control: settings.controlAddress, reason: error.message }, 'the controller cannot be reached to join the cluster, trying again');
    }
    await sleep(backoff.next(), signal);
  }
}

async function keepConfiguredHost(files: MemberFiles, known: MemberRecord, controlAddress: string): Promise<MemberRecord> {
  const record = atConfiguredHost(known, controlAddress);
  if (record.sessionAddress !== known.sessionAddress) await files.save(record);
  return record;
}

async function join(files: MemberFiles, settings: JoinSettings, joinToken: string): Promise<MemberRecord> {
  const { controlAddress, name, addresses, machineId, bootId } = settings;
  const joined = await joinCluster({ controlAddress, joinToken, kind: MemberKind.AGENT, name, addresses: [...addresses], machineId, bootId });
  const record = joinedRecord(joined, controlAddress);
  await files.save(record);
  return record;
}

async function readToken(settings: JoinSettings): Promise<string> {
  if (settings.joinToken !== undefined) return settings.joinToken;
  if (settings.joinTokenFile === undefined) throw new ConfigError(['joinTokenFile: this node has not joined a cluster yet and needs a join token (from the console: Nodes, Add node)']);
  try {
    return (await readFile(settings.joinTokenFile, 'utf8')).trim();
  } catch (error) {
    throw new ConfigError([`joinTokenFile: ${(error as Error).message}`]);
  }
}
