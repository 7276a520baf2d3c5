import { readFile, rename, rm, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@openstation/kit';
import { UpgradeProgress_Stage as Stage, type ReleaseStatement, type UpgradeOrder, type UpgradeProgress } from '@openstation/proto';
import { fetchArchive, type ArchiveSource } from './fetch-archive.js';
import type { Installation, UpgradeNote } from './installation.js';
import { judgeOrder, type OwnRelease } from './order-check.js';
import { ArchiveError, unpackRelease } from './unpack.js';

export interface UpgraderParts {
  readonly installation: Installation | undefined;
  readonly own: OwnRelease;
  readonly source: ArchiveSource;
  /** Tells the controller, if it hears. */
  readonly report: (progress: UpgradeProgress) => void;
  /** Ends this agent so that the other version is started. */
  readonly restart: () => void;
  readonly log: Logger;
}

const DEFAULT_GATE_SECONDS = 120;
const GATE_LIMITS = [20, 3600] as const;

/** Replaces this agent by a newer signed one, and says afterwards how that went. One upgrade at a time. */
export class Upgrader {
  #underWay: string | undefined;
  #confirmed = false;

  constructor(private readonly parts: UpgraderParts) {}

  /** For Hello: how the newest upgrade of this node stands; undefined when there was none. */
  async standing(): Promise<UpgradeProgress | undefined> {
    const { installation, own } = this.parts;
    if (!installation) return undefined;
    const pending = await installation.pending();
    if (pending?.to === own.version) return progress(pending, Stage.INSTALLED);
    const returned = await installation.returned();
    if (returned) return progress(returned, Stage.RETURNED, `back to ${own.version}: ${returned.reason}`);
    const running = await installation.running();
    return running?.to === own.version ? progress(running, Stage.RUNNING) : undefined;
  }

  /** A session has begun and its first heartbeat is out: a version that was on trial has passed. */
  async confirm(): Promise<void> {
    const { installation, own, log } = this.parts;
    if (!installation || this.#confirmed) return;
    this.#confirmed = true;
    const pending = await installation.pending();
    if (pending?.to === own.version) {
      await installation.confirm(pending);
      log.info({ from: pending.from, to: pending.to }, 'upgrade confirmed');
      this.parts.report(progress(pending, Stage.RUNNING));
    } else if (pending) {
      await installation.abandon(pending, 'the switch to it was cut off');
    }
    await this.#tidy(installation);
  }

  /** One that fails is told and no more: an old version costs space only. */
  async #tidy(installation: Installation): Promise<void> {
    if (this.#underWay !== undefined) return; // what it has just unpacked would look old
    try {
      const versions = await installation.prune();
      if (versions.length > 0) this.parts.log.info({ versions }, 'old versions deleted');
    } catch (error) {
      this.parts.log.warn({ reason: (error as Error).message }, 'old versions could not be deleted');
    }
  }

  /** Never rejects: every end of it is told to the controller. */
  async obey(order: UpgradeOrder, signal: AbortSignal): Promise<void> {
    const judged = judgeOrder(order, this.parts.own);
    if (!judged.ok) return this.#refuse(order, judged.why);
    if (this.#underWay === order.requestId) return;
    if (this.#underWay !== undefined) return this.#refuse(order, 'another upgrade is under way');
    this.#underWay = order.requestId;
    try {
      await this.#upgrade(order, judged.statement, signal);
    } catch (error) {
      if (signal.aborted) return;
      this.parts.log.warn({ version: order.version, reason: (error as Error).message }, 'upgrade failed');
      this.#refuse(order, (error as Error).message);
    } finally {
      this.#underWay = undefined;
    }
  }

  async #upgrade(order: UpgradeOrder, statement: ReleaseStatement, signal: AbortSignal): Promise<void> {
    const { installation, own, source, log } = this.parts;
    if (!installation) throw new ArchiveError('this agent was not installed from an archive');
    log.info({ from: own.version, to: statement.version }, 'upgrade begins');
    const tell = (stage: Stage, percent: number): void => this.parts.report({ requestId: order.requestId, stage, version: statement.version, percent, message: '' });
    await this.#dropOtherStaging(installation, order.sha256);
    const archive = join(installation.staging, `${order.sha256}.tar.gz`);
    let shown = -1;
    await fetchArchive(order, archive, source, (bytes) => {
      const percent = Math.floor((bytes / order.bytes) * 100);
      if (percent >= shown + 5) tell(Stage.FETCHING, (shown = percent));
    }, signal);
    const unpacked = join(installation.staging, statement.version);
    await unpackRelease(archive, unpacked, statement, (path) => readFile(path, 'utf8'));
    tell(Stage.VERIFIED, 100);
    signal.throwIfAborted();
    await rm(installation.directoryOf(statement.version), { recursive: true, force: true });
    await rename(unpacked, installation.directoryOf(statement.version));
    await rm(installation.staging, { recursive: true, force: true });
    const gateSeconds = Math.min(GATE_LIMITS[1], Math.max(GATE_LIMITS[0], order.healthGateSeconds || DEFAULT_GATE_SECONDS));
    await installation.switchTo({ from: own.version, to: statement.version, request: order.requestId, gateSeconds, reason: '' });
    tell(Stage.INSTALLED, 100);
    log.info({ to: statement.version }, 'upgrade installed: the agent starts anew');
    this.parts.restart();
  }

  /** A part of the same archive is gone on with. */
  async #dropOtherStaging(installation: Installation, sha256: string): Promise<void> {
    for (const name of await readdir(installation.staging).catch(() => [])) {
      if (name !== `${sha256}.tar.gz`) await rm(join(installation.staging, name), { recursive: true, force: true });
    }
  }

  #refuse({ requestId, version }: UpgradeOrder, message: string): void {
    this.parts.report({ requestId, version, stage: Stage.REFUSED, percent: 0, message });
  }
}

function progress({ request, to }: UpgradeNote, stage: Stage, message = ''): UpgradeProgress {
  return { requestId: request, version: to, stage, percent: 100, message };
}
