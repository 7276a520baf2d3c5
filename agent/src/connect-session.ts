import { performance } from 'node:perf_hooks';
import type { Logger } from '@openstation/kit';
import type { MemberRecord } from '@openstation/member';
import { PROTOCOL_VERSION, type ConformanceResult, type ProbeResult } from '@openstation/proto';
import type { Assignments } from './assignments/index.js';
import type { EngineDriver } from './driver/index.js';
import { LogServer, type LastWords } from './logs/index.js';
import type { Membership } from './membership.js';
import type { RevokedMembers } from './data-plane/index.js';
import { CacheOrders, type ModelCache } from './model-cache/index.js';
import type { NodeKnowledge } from './node-knowledge.js';
import type { Observer } from './observer/index.js';
import type { Removal } from './removal/index.js';
import type { Reporter } from './reporter/index.js';
import { answersAtAll, tryFeatures } from './conformance/index.js';
import type { Runner } from './runner/index.js';
import { keepSession, type ControlCalls, type ModelWord, type Presence, type Session } from './session/index.js';
import { Upgrader, type UpgraderParts } from './upgrade/index.js';

export interface Connected {
  readonly version: string;
  readonly release: Pick<UpgraderParts, 'installation' | 'own'>;
  readonly restart: () => void;
  readonly member: () => MemberRecord;
  readonly findAgain: () => Promise<boolean>;
  readonly node: NodeKnowledge;
  readonly membership: Membership;
  readonly removal: Removal;
  readonly observer: Observer;
  readonly models: ModelCache;
  readonly revoked: RevokedMembers;
  readonly lastWords: LastWords;
  /** Directories that models may be registered from. */
  readonly modelRoots: readonly string[];
  readonly assignments: Assignments;
  readonly reporter: Reporter;
  readonly runner: Runner;
  readonly calls: ControlCalls;
  readonly presence: Presence;
  readonly drivers: readonly EngineDriver[];
  readonly log: Logger;
}

/** Ties the rooms to the sessions: everything that belongs to one session is made and ended with it. */
export function connectSession(parts: Connected, signal: AbortSignal): Promise<void> {
  const { assignments, reporter, observer, runner, log } = parts;
  let session: Session | undefined;
  let logs: LogServer | undefined;
  let last: LogServer | undefined;
  const upgrader = new Upgrader({
    ...parts.release, restart: parts.restart, log,
    source: (...wanted) => parts.calls.agentArchive(...wanted),
    // Not heard: the next Hello says how it stands.
    report: (value) => session?.tell({ $case: 'upgrade', value }),
  });
  reporter.onChange(() => session?.statusesChanged());
  const orders = new CacheOrders(parts.models, parts.modelRoots, (body) => session?.tell(body), log);
  const orphans = () => assignments.orphans(observer.all());

  return keepSession(
    {
      member: parts.member,
      findAgain: parts.findAgain,
      onRemoved: (reason) => parts.membership.removed(reason),
      log,
      onCurrent: (current) => {
        session = current;
        if (!current) parts.presence.turn(false);
        parts.node.tellTo(undefined);
        parts.removal.close();
        parts.calls.use(current?.client);
        logs?.cancelAll();
        last?.cancelAll();
        logs = current && new LogServer(
          (instanceId, options, abort) => openLog(parts, instanceId, options, abort),
          (value) => current.sendPaced({ $case: 'logChunk', value }),
        );
        last = current && new LogServer((instanceId, options, abort) => openLog(parts, instanceId, options, abort), (value) => current.sendPaced({ $case: 'logChunk', value }), Infinity);
        parts.lastWords.use(undefined);
        if (current) {
          assignments.beginSession();
          reporter.resendAll();
        }
      },
      handlers: {
        hello: async () => ({ agentVersion: parts.version, protocol: PROTOCOL_VERSION, inventory: await parts.node.inventory(), orphans: orphans(), upgrade: await upgrader.standing() }),
        welcome: ({ sessionNumber, nodeName }) => {
          log.info({ sessionNumber, nodeName }, 'session begun');
          parts.membership.welcome();
          parts.presence.turn(true);
          parts.node.tellTo(session);
          parts.lastWords.use(last);
          parts.removal.open((value) => session?.tell({ $case: 'removal', value }));
        },
        heartbeat: async () => {
          const beat = { metrics: await parts.node.sampler.sample(), orphans: orphans(), cachedModels: parts.models.list() };
          await upgrader.confirm();
          return beat;
        },
        upgrade: (order) => upgrader.obey(order, signal),
        assignments: (set) => assignments.accept(set),
        nextStatuses: () => reporter.nextBatch(),
        acknowledged: (batch) => reporter.acknowledge(batch),
        log: (request) => void logs?.answer(request).catch((error: unknown) => log.debug({ reason: (error as Error).message }, 'log request ended with its session')),
        cancelLog: (requestId) => logs?.cancel(requestId),
        probe: (requestId, instanceId) => probe(runner, requestId, instanceId),
        conformance: (requestId, instanceId) => conformance(runner, requestId, instanceId),
        remove: (order) => parts.removal.begin(order),
        models: (word) => hearAboutModels(parts, orders, word),
      },
    },
    signal,
  );
}

function hearAboutModels({ models, revoked, log }: Connected, orders: CacheOrders, word: ModelWord): void {
  switch (word.$case) {
    case 'cache':
      return orders.accept(word.value);
    case 'pathQuery':
      return void orders.query(word.value);
    case 'transferLimits':
      return models.limit.change(word.value.bytesPerSecond > 0 ? word.value.bytesPerSecond : undefined);
    case 'memberRevocations':
      return void revoked.add(word.value.memberIds).catch((error: unknown) => log.error({ err: error }, 'the list of removed members could not be kept on disk'));
  }
}

/** The newest engine of the instance, whatever its state: logs are wanted most of failed ones. */
function openLog(parts: Connected, instanceId: string, options: Parameters<EngineDriver['logs']>[1], abort: AbortSignal) {
  const engines = [...parts.observer.engines(instanceId)].sort((a, b) => b.generation - a.generation);
  const [engine] = engines;
  return engine && parts.runner.driver(engine.driver).logs(engine.name, options, abort);
}

async function conformance(runner: Runner, requestId: string, instanceId: string): Promise<ConformanceResult> {
  const target = runner.target(instanceId);
  if (target.kind !== 'ok') return { requestId, error: target.kind === 'unknown' ? 'this node does not have that instance' : 'the instance does not run', features: [], embeddingDimensions: 0 };
  return { requestId, error: '', ...(await tryFeatures(target)) };
}

async function probe(runner: Runner, requestId: string, instanceId: string): Promise<ProbeResult> {
  const started = performance.now();
  const target = runner.target(instanceId);
  if (target.kind !== 'ok') return { requestId, ok: false, latencyMs: 0, message: target.kind === 'unknown' ? 'this node does not have that instance' : 'the instance does not run' };
  const message = await answersAtAll(target);
  return { requestId, ok: message === '', latencyMs: Math.round(performance.now() - started), message };
}
