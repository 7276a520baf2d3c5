import { join } from 'node:path';
import { KeyedQueue, type BackoffOptions, type Logger } from '@openstation/kit';
import { DriverError, engineName, type EngineDriver, type EngineRecord } from '../driver/index.js';
import type { NetworkInterfaceInfo } from 'node:os';
import type { Fence } from '../group/index.js';
import type { Journal, JournalRecord } from '../journal/index.js';
import type { ModelCache } from '../model-cache/index.js';
import type { Observer } from '../observer/index.js';
import { refusal, type NodePolicy } from '../policy/index.js';
import { driverFor } from './engine-spec.js';
import { readKey } from './hooks/key.hook.js';
import { nextStep, type Controller, type InstanceView } from './instance.machine.js';
import { freshRun, type InstanceRun } from './instance-run.js';
import type { LivenessLimits } from './liveness.machine.js';
import { performStep } from './perform-step.js';
import { PortLedger } from './port-ledger.js';
import type { Status } from './status.js';

export type { Controller } from './instance.machine.js';

export interface RunnerParts {
  readonly journal: Journal;
  readonly drivers: readonly EngineDriver[];
  readonly observer: Observer;
  readonly models: Pick<ModelCache, 'ensure'>;
  readonly policy: NodePolicy;
  /** Where the policy stands, for those who have to change it. */
  readonly policyFile?: string;
  readonly status: Status;
  readonly fence: Fence;
  /** Tells the controller the log of an engine that is about to be removed; never rejects, never hangs. */
  readonly lastWords: (instanceId: string) => Promise<void>;
  readonly networkInterfaces: () => Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;
  /** One directory per engine below it: key, log, cache. */
  readonly instancesDir: string;
  readonly now: () => number;
  /** Of this life of the machine; empty: not known. */
  readonly bootId: string;
  readonly controller: () => Controller;
  readonly pausesAlone?: BackoffOptions;
  readonly livenessLimits?: LivenessLimits;
  readonly log: Logger;
}

/** Where an instance can be called, or why not. */
export type CallTarget =
  | { readonly kind: 'ok'; readonly host: string; readonly port: number; readonly key: string }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'not-running' };

const RETRY_AFTER_FAULT_MS = 2000;
const STOP_GRACE_MS = 10_000;

/** Brings every journaled instance one step further whenever something about it may have changed. */
export class Runner {
  readonly #runs = new Map<string, InstanceRun>();
  readonly #queue: KeyedQueue<string>;

  readonly ports: PortLedger;

  constructor(readonly parts: RunnerParts) {
    this.ports = new PortLedger(parts.journal, parts.policy.portRange);
    this.#queue = new KeyedQueue((id) => this.#turn(id), (id, error) => this.#fault(id, error));
  }

  /** The journal, the observed engines or the intent of this instance changed. A new intent ends what the old one waits for. */
  wake(instanceId: string): void {
    const record = this.parts.journal.get(instanceId);
    const run = this.#runs.get(instanceId);
    if (record && run && (record.desired === 'stop' || record.generation > run.generation)) run.abort.abort(new Error('the instance is not wanted any more'));
    this.#queue.wake(instanceId);
  }

  wakeAll(): void {
    for (const record of this.parts.journal.all()) this.wake(record.instanceId);
  }

  /** For the data plane: only an engine that was ready at least once is called. A driver that cannot be asked now takes no engine away. */
  target(instanceId: string): CallTarget {
    const record = this.parts.journal.get(instanceId);
    if (!record) return { kind: 'unknown' };
    const run = this.#runs.get(instanceId);
    const engine = this.parts.observer.lastSeen(instanceId).find(({ generation }) => generation === record.generation);
    if (record.desired !== 'run' || !run?.key || !engine?.endpoint || !(record.wasReady || run.health?.everReady)) return { kind: 'not-running' };
    return { kind: 'ok', ...engine.endpoint, key: run.key };
  }

  /** The engine answered a real request. */
  succeeded(instanceId: string): void {
    const run = this.#runs.get(instanceId);
    if (run) run.succeededAtMs = this.parts.now();
  }

  /** The engine of the record's generation, as last observed. */
  engine(record: JournalRecord): (EngineRecord & { readonly driver: string }) | undefined {
    return this.parts.observer.engines(record.instanceId).find((engine) => engine.generation === record.generation);
  }

  /** Takes away fences of instances that this node knows nothing of any more. */
  async tidyFences(): Promise<void> {
    for (const instanceId of await this.parts.fence.raised()) if (!this.parts.journal.get(instanceId)) await this.parts.fence.drop(instanceId);
  }

  /** Stops every engine of this node, wanted or not; used when the whole machine is taken down. */
  async stopAllEngines(): Promise<void> {
    await this.close();
    await this.parts.observer.refresh();
    const running = this.parts.observer.all().filter((engine) => engine.state === 'running');
    await Promise.all(running.map((engine) => this.driver(engine.driver).stop(engine.name, STOP_GRACE_MS)));
    for (const record of this.parts.journal.all()) await this.#concludeTakenDown(record);
  }

  /** Ends waiting and takes no more turns; engines go on. */
  async close(): Promise<void> {
    for (const run of this.#runs.values()) run.abort.abort(new Error('the agent stops'));
    await this.#queue.close();
  }

  driver(name: string | undefined): EngineDriver {
    const driver = this.parts.drivers.find((candidate) => candidate.name === name);
    if (!driver) throw new DriverError('start', `the ${name ?? 'needed'} driver is not available on this node`);
    return driver;
  }

  keyFile(record: JournalRecord): string {
    return join(this.parts.instancesDir, engineName(record.instanceId, record.generation), 'api-key');
  }

  /** Leaves the instance alone for a while. @returns how long, in milliseconds */
  rest(instanceId: string): number {
    const run = this.#runs.get(instanceId);
    const pauseMs = run?.pauses.next() ?? 0;
    if (run) run.restsUntilMs = this.parts.now() + pauseMs;
    return pauseMs;
  }

  /** What was at hand for its engine is looked for again. */
  forgetProgress(instanceId: string): void {
    const run = this.#runs.get(instanceId);
    if (run) Object.assign(run, { imageReady: false, modelDir: undefined, key: undefined, health: undefined, movement: undefined } satisfies Partial<Record<keyof InstanceRun, unknown>>);
  }

  /** What had been launched has ended on purpose, not failed: the controller may replace it at once. */
  async #concludeTakenDown(record: JournalRecord): Promise<void> {
    if (record.desired !== 'run' || record.outcome || record.stage === 'accepted') return;
    const outcome = { state: 'stopped', reason: 'node-stopped', message: 'the engines of this node were stopped' } as const;
    await this.parts.journal.put({ ...record, stage: 'done', outcome, updatedAtMs: this.parts.now() });
  }

  async #turn(instanceId: string): Promise<void> {
    const record = this.parts.journal.get(instanceId);
    if (!record) return void this.#runs.delete(instanceId);
    const run = await this.#run(record);
    const restMs = run.restsUntilMs - this.parts.now();
    if (restMs > 0 && record.desired === 'run' && !record.outcome) return this.#queue.wakeLater(instanceId, restMs);
    const step = nextStep(this.#view(record, run));
    if (step === 'rest') return;
    const pause = await performStep(this, record, run, step);
    if (pause === undefined) this.#queue.wake(instanceId);
    else this.#queue.wakeLater(instanceId, pause);
  }

  async #run(record: JournalRecord): Promise<InstanceRun> {
    const existing = this.#runs.get(record.instanceId);
    const usable = existing?.generation === record.generation && (!existing.abort.signal.aborted || record.desired === 'stop');
    const run = existing && usable ? existing : freshRun(record.generation, this.parts.pausesAlone);
    run.key ??= await readKey(this.keyFile(record));
    this.#runs.set(record.instanceId, run);
    return run;
  }

  #view(record: JournalRecord, run: InstanceRun): InstanceView {
    const { observer } = this.parts;
    const engines = observer.engines(record.instanceId);
    const engine = engines.find((candidate) => candidate.generation === record.generation);
    return {
      desired: record.desired,
      stage: record.stage,
      outcome: record.outcome,
      refusal: this.refusalOf(record),
      imageReady: run.imageReady,
      modelReady: run.modelDir !== undefined,
      held: record.intent?.group?.hold === true,
      grouped: record.intent?.group !== undefined,
      rebooted: this.#rebootedSince(record),
      controller: this.parts.controller(),
      port: record.port,
      engine: engine ? engine.state : this.#seesEverything(record) ? 'absent' : 'unknown',
      leftovers: engines.some((candidate) => candidate.generation < record.generation),
    };
  }

  #rebootedSince({ bootId = '' }: JournalRecord): boolean {
    return bootId !== '' && this.parts.bootId !== '' && bootId !== this.parts.bootId;
  }

  /** Absence is believed only when the driver that could hold the engine was asked with success. */
  #seesEverything(record: JournalRecord): boolean {
    const { observer } = this.parts;
    if (record.driver !== undefined) return observer.knows(record.driver);
    return record.desired === 'run' || observer.knowsAll;
  }

  /** What speaks against this instance on this node, in words; undefined when nothing does. */
  refusalOf(record: JournalRecord): string | undefined {
    if (!record.intent) return 'the assignment carries no intent';
    const { journal, policy } = this.parts;
    const others = journal.all().filter((other) => other.instanceId !== record.instanceId && other.desired === 'run' && other.stage !== 'done').length;
    const refused = refusal(policy, record.intent, others);
    if (refused !== undefined) return this.parts.policyFile === undefined ? refused : `${refused}; policy file: ${this.parts.policyFile}`;
    const engine = policy.engines[record.intent.engine];
    const available = this.parts.drivers.map((driver) => driver.name);
    if (engine && driverFor(record.intent, engine, available) === undefined) {
      return `this node cannot run ${record.intent.engine}: its policy gives no local program and ${available.includes('docker') ? 'no image' : 'Docker is not available'}`;
    }
    return undefined;
  }

  #fault(instanceId: string, error: unknown): void {
    const run = this.#runs.get(instanceId);
    if (!run?.abort.signal.aborted) this.parts.log.error({ instanceId, err: error }, 'a step failed and is tried again');
    this.#queue.wakeLater(instanceId, run?.abort.signal.aborted ? 0 : RETRY_AFTER_FAULT_MS);
  }
}
