import { status } from '@grpc/grpc-js';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import { Goodbye_Reason, PROTOCOL_VERSION, lastWordsOf, type AgentMessage, type Hello, type LogChunk, type StatusBatch } from '@openstation/proto';
import { LOGGER } from '../config/index.js';
import { AgentWords } from '../distribution/index.js';
import { ChangeFeed } from '../events/index.js';
import { InstanceRepository, LogKeeper } from '../instances/index.js';
import { Refusal, peerMember } from '../listeners/index.js';
import { HeartbeatClock, NodeEvents, NodeLoop, NodeRepository, NodeSessions } from '../nodes/index.js';
import { Authority } from '../pki/index.js';
import { UpgradeLink } from '../rollout/index.js';
import { AgentSession, type SessionCall } from './agent-session.js';
import { AssignmentLoop } from './assignment-loop.js';
import { Clones } from './clones.js';
import { greeting, logLine, observedStatus } from './from-wire.js';
import { NodeReports } from './node-reports.js';
import { SessionRegistry } from './session-registry.js';

const HEARTBEAT_MS = 5_000;
const HELLO_MS = 15_000;
const CLONED = 'two machines use the identity of this node: switch one off, then readmit the node in the console';
/** Lowest session protocol understood here. */
const OLDEST_PROTOCOL = 1;

/** Runs sessions: Hello → Welcome → assignments down, heartbeats and statuses up, in the order they arrive. */
@Injectable()
export class SessionService {
  constructor(
    private readonly sessions: SessionRegistry,
    private readonly assignments: AssignmentLoop,
    private readonly nodes: NodeRepository,
    private readonly nodeLoop: NodeLoop,
    private readonly heartbeats: HeartbeatClock,
    private readonly reports: NodeReports,
    private readonly nodeSessions: NodeSessions,
    private readonly nodeEvents: NodeEvents,
    private readonly instances: InstanceRepository,
    private readonly clones: Clones,
    private readonly authority: Authority,
    private readonly upgrades: UpgradeLink,
    private readonly feed: ChangeFeed,
    private readonly words: AgentWords,
    private readonly logs: LogKeeper,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Serves one call until it ends. Never throws: an error becomes the call's status. */
  async serve(call: SessionCall): Promise<void> {
    const { role, id: nodeId } = peerMember(call);
    if (role !== 'agent') return refuse(call, new Refusal(status.PERMISSION_DENIED, 'only agents open sessions'));
    const late = setTimeout(() => refuse(call, new Refusal(status.DEADLINE_EXCEEDED, 'no Hello came')), HELLO_MS);
    let session: AgentSession | undefined;
    try {
      // Leaving the loop must not destroy the call: its status is still to be sent.
      for await (const message of call.iterator({ destroyOnReturn: false }) as AsyncIterable<AgentMessage>) {
        clearTimeout(late);
        if (session?.over) break;
        if (session) await this.#take(session, message);
        else session = await this.#open(call, nodeId, message);
      }
      if (session && !session.over) session.end(Goodbye_Reason.UNSPECIFIED, 'the agent ended the session');
    } catch (error) {
      this.#failed(call, session, nodeId, error);
    } finally {
      clearTimeout(late);
      this.#close(session);
    }
  }

  async #open(call: SessionCall, nodeId: string, message: AgentMessage): Promise<AgentSession> {
    if (message.body?.$case !== 'hello') throw new Refusal(status.FAILED_PRECONDITION, 'a session starts with Hello');
    const hello: Hello = message.body.value;
    if (hello.protocol < OLDEST_PROTOCOL) throw new Refusal(status.FAILED_PRECONDITION, `this agent speaks protocol ${hello.protocol}, the controller ${OLDEST_PROTOCOL} to ${PROTOCOL_VERSION}: update the agent`);
    if (await this.clones.refuses(nodeId)) return this.#refuseClone(call, nodeId);
    const opened = await this.nodes.openSession(nodeId, { agentVersion: hello.agentVersion, peer: call.getPeer(), ...greeting(hello.inventory) });
    if (!opened) throw new Refusal(status.PERMISSION_DENIED, 'this node was removed from the cluster; join again with a new token');
    const session = new AgentSession(nodeId, opened.sessionNumber, call);
    const displaces = this.sessions.get(nodeId) !== undefined;
    if (displaces && (await this.clones.displaced(nodeId, opened.name, hello.inventory))) {
      this.sessions.end(nodeId, Goodbye_Reason.CLONED, CLONED);
      this.nodeEvents.note(nodeId, { severity: 'error', kind: 'identity', code: 'identity-cloned', message: CLONED });
      return this.#refuseClone(call, nodeId);
    }
    if (!this.sessions.enter(session)) throw new Refusal(status.ABORTED, 'a newer session of this node took over');
    const { clusterId } = this.authority;
    session.send({ body: { $case: 'welcome', value: { sessionNumber: session.number, heartbeatMs: HEARTBEAT_MS, clusterId, nodeId, nodeName: opened.name } } });
    this.logger.info({ nodeId, nodeName: opened.name, session: session.number, agentVersion: hello.agentVersion }, 'session opened');
    this.reports.sessionBegan(nodeId, hello.orphans);
    this.#noteOpening(session, hello.agentVersion, opened.agentVersionBefore, call.getPeer());
    this.#heard(nodeId);
    this.assignments.wake(nodeId);
    await this.upgrades.listener.opened(nodeId, hello.agentVersion, hello.upgrade);
    this.words.sessionOpened(nodeId);
    return session;
  }

  /** Told as a Goodbye, so that the agent knocks calmly. */
  #refuseClone(call: SessionCall, nodeId: string): AgentSession {
    const session = new AgentSession(nodeId, 0, call);
    session.end(Goodbye_Reason.CLONED, CLONED);
    return session;
  }

  async #take(session: AgentSession, { body }: AgentMessage): Promise<void> {
    const { nodeId } = session;
    this.#heard(nodeId);
    switch (body?.$case) {
      case 'heartbeat':
        this.words.heldModels(nodeId, body.value.cachedModels);
        return this.reports.heartbeat(nodeId, body.value);
      case 'statuses':
        return this.#statuses(session, body.value);
      case 'inventory':
        await this.nodes.recordInventory(nodeId, greeting(body.value));
        this.feed.publish({ topic: 'nodes', id: nodeId, kind: 'changed' });
        return this.feed.publish({ topic: 'routes', id: 'nodes', kind: 'changed' });
      case 'notice':
        return this.reports.notice(nodeId, body.value);
      case 'removal':
        return this.reports.removal(nodeId, body.value);
      case 'logChunk':
        return this.#logChunk(session, body.value);
      case 'cache':
        return this.words.progress(nodeId, body.value);
      case 'pathReport':
        return this.words.pathReport(nodeId, body.value);
      case 'conformanceResult':
        return session.requests.takeConformance(body.value);
      case 'probeResult':
        return session.requests.takeProbe(body.value);
      case 'upgrade':
        return this.upgrades.listener.progressed(nodeId, body.value);
      case 'hello':
        throw new Refusal(status.FAILED_PRECONDITION, 'a session has one Hello');
      case undefined:
        // A newer agent's message that this version does not know.
        return undefined;
    }
  }

  /** Unasked: the agent is about to remove an engine. */
  #logChunk({ nodeId, requests }: AgentSession, chunk: LogChunk): Promise<void> | void {
    const instanceId = lastWordsOf(chunk.requestId);
    if (instanceId === undefined) return requests.takeLog(chunk);
    return this.logs.lastWords(nodeId, instanceId, chunk.lines.map(logLine), chunk.end);
  }

  #noteOpening({ nodeId, number }: AgentSession, agentVersion: string, before: string | null, address: string): void {
    this.nodeEvents.note(nodeId, { severity: 'info', kind: 'session', code: 'session-opened', message: `session ${number} opened from ${address}`, details: { session: number, agentVersion, address } });
    if (before !== null && before !== agentVersion) {
      this.nodeEvents.note(nodeId, { severity: 'info', kind: 'identity', code: 'agent-version', message: `the agent is ${agentVersion} now, it was ${before}`, details: { from: before, to: agentVersion } });
    }
  }

  /** The answer is sent after the write: what is acknowledged is in the database. */
  async #statuses(session: AgentSession, { batch, statuses }: StatusBatch): Promise<void> {
    const known = statuses.flatMap((one) => observedStatus(one) ?? []);
    await this.instances.recordObserved(session.nodeId, session.number, known);
    session.send({ body: { $case: 'statusAck', value: { batch } } });
  }

  #heard(nodeId: string): void {
    const silentMs = this.heartbeats.silentMs(nodeId);
    this.heartbeats.heard(nodeId);
    if (silentMs === undefined || silentMs > HEARTBEAT_MS * 2) this.nodeLoop.wake();
  }

  #failed(call: SessionCall, session: AgentSession | undefined, nodeId: string, error: unknown): void {
    const broken = call.cancelled || call.destroyed;
    if (broken || session?.over) return this.logger.debug({ nodeId, session: session?.number }, 'session connection ended');
    const refusal = error instanceof Refusal ? error : new Refusal(status.UNAVAILABLE, 'the controller cannot go on with this session: connect again');
    this.logger.warn({ nodeId, session: session?.number, err: error }, 'session failed');
    if (session) session.fail(refusal);
    else refuse(call, refusal);
  }

  #close(session: AgentSession | undefined): void {
    if (!session) return;
    session.lost();
    this.sessions.leave(session);
    if (!this.sessions.get(session.nodeId)) this.words.sessionClosed(session.nodeId);
    const { nodeId, number, endedBecause } = session;
    this.logger.info({ nodeId, session: number, reason: endedBecause }, 'session ended');
    // At a stop of the controller the database closes: the next start ends what is still open.
    if (endedBecause === 'controller-stopped' || number === 0) return;
    this.nodeEvents.note(nodeId, { severity: endedBecause === 'connection-lost' ? 'warning' : 'info', kind: 'session', code: 'session-ended', message: `session ${number} ended: ${endedBecause}`, details: { session: number, reason: endedBecause } });
    this.nodeSessions.closed(nodeId, number, endedBecause).catch((error: unknown) => this.logger.warn({ err: error, nodeId, session: number }, 'the end of a session could not be written'));
  }
}

function refuse(call: SessionCall, refusal: Refusal): void {
  call.emit('error', refusal);
}
