import { status, type ClientDuplexStream, type ServiceError } from '@grpc/grpc-js';
import { AgentMessage, Goodbye_Reason, type ControlMessage, type DispatcherClient } from '@openstation/proto';
import { isModelWord, type SessionEnd, type SessionHandlers } from './session-handlers.js';

type Body = NonNullable<AgentMessage['body']>;

const WELCOME_WITHIN_MS = 15_000;
const DEFAULT_HEARTBEAT_MS = 5000;
/** The controller does not want this agent: knocking faster does not help. */
const REFUSED: ReadonlySet<number> = new Set([status.PERMISSION_DENIED, status.UNAUTHENTICATED]);
/** How the controller words it, to a session of a node it removed. */
const REMOVED = /was removed from the cluster/;
/** Statuses of one moment travel together. */
const STATUS_GATHER_MS = 50;
/** A batch without an answer is sent again, with whatever is newest by then. */
const STATUS_AGAIN_MS = 10_000;

/**
 * One connected life of this agent: `Hello → Welcome → COMPLETE → …`. Any failure, ours or theirs, ends the whole of
 * it; nothing of it survives into the next.
 */
export class Session {
  readonly #ended = Promise.withResolvers<SessionEnd>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #stream: ClientDuplexStream<AgentMessage, ControlMessage>;
  #statusTimer: NodeJS.Timeout | undefined;
  #welcomed = false;
  #over = false;

  constructor(readonly client: DispatcherClient, private readonly handlers: SessionHandlers) {
    this.#stream = client.session();
    this.#stream.on('data', (message: ControlMessage) => this.#received(message));
    this.#stream.on('error', (error: ServiceError) => {
      const reason = error.details || error.message;
      this.end(reason, REFUSED.has(error.code), error.code === status.PERMISSION_DENIED && REMOVED.test(reason));
    });
    this.#stream.on('end', () => this.end('the controller closed the session'));
  }

  get welcomed(): boolean {
    return this.#welcomed;
  }

  /** Resolves when the session is over; never rejects. */
  async run(): Promise<SessionEnd> {
    this.#after(WELCOME_WITHIN_MS, () => {
      if (!this.#welcomed) this.end(`the controller did not answer within ${WELCOME_WITHIN_MS} ms`);
    });
    this.#whileOpen(this.handlers.hello().then((hello) => this.#send({ $case: 'hello', value: hello })));
    return this.#ended.promise;
  }

  end(reason: string, calm = false, removed = false): void {
    if (this.#over) return;
    this.#over = true;
    for (const timer of this.#timers) clearTimeout(timer);
    clearTimeout(this.#statusTimer);
    this.#stream.on('error', () => undefined); // what cancelling provokes
    this.#stream.cancel();
    this.client.close();
    this.#ended.resolve({ reason, calm, removed });
  }

  /** There are news for the controller. */
  statusesChanged(delayMs = STATUS_GATHER_MS): void {
    if (!this.#welcomed || this.#over || this.#statusTimer) return;
    this.#statusTimer = setTimeout(() => {
      this.#statusTimer = undefined;
      const statuses = this.handlers.nextStatuses();
      if (!statuses) return;
      this.#send({ $case: 'statuses', value: statuses });
      this.statusesChanged(STATUS_AGAIN_MS);
    }, delayMs);
  }

  /** Says something that needs no pace: inventory, notices, progress. Before the welcome and after the end it is dropped. */
  tell(body: Body): void {
    if (this.#welcomed) this.#send(body);
  }

  /** Sends and resolves when the stream takes more. @throws when the session is over */
  async sendPaced(body: Body): Promise<void> {
    if (this.#over) throw new Error('the session is over');
    if (this.#send(body)) return;
    const drained = new Promise<void>((resolve) => this.#stream.once('drain', resolve));
    await Promise.race([drained, this.#ended.promise]);
    if (this.#over) throw new Error('the session is over');
  }

  #received({ body }: ControlMessage): void {
    if (isModelWord(body)) return this.handlers.models(body);
    switch (body?.$case) {
      case 'welcome':
        this.#welcomed = true;
        this.handlers.welcome(body.value);
        this.#beat(body.value.heartbeatMs || DEFAULT_HEARTBEAT_MS);
        return this.statusesChanged(0);
      case 'assignments':
        return this.#whileOpen(this.handlers.assignments(body.value));
      case 'statusAck':
        this.handlers.acknowledged(body.value.batch);
        return this.#statusesAcknowledged();
      case 'logRequest':
        return this.handlers.log(body.value);
      case 'logCancel':
        return this.handlers.cancelLog(body.value.requestId);
      case 'probeRequest': {
        const { requestId, instanceId } = body.value;
        return this.#whileOpen(this.handlers.probe(requestId, instanceId).then((value) => this.#send({ $case: 'probeResult', value })));
      }
      case 'conformanceRequest': {
        const { requestId, instanceId } = body.value;
        return this.#whileOpen(this.handlers.conformance(requestId, instanceId).then((value) => this.#send({ $case: 'conformanceResult', value })));
      }
      case 'upgrade':
        return this.#whileOpen(this.handlers.upgrade(body.value));
      case 'removal':
        return this.handlers.remove(body.value);
      case 'goodbye': {
        const { reason, message } = body.value;
        return this.end(message || Goodbye_Reason[reason] || 'goodbye', reason !== Goodbye_Reason.SHUTDOWN, reason === Goodbye_Reason.NODE_REMOVED);
      }
      default:
        return; // a newer controller's message: nothing this version could do about it
    }
  }

  /** The long wait for an answer is over: what changed meanwhile goes out soon. */
  #statusesAcknowledged(): void {
    clearTimeout(this.#statusTimer);
    this.#statusTimer = undefined;
    this.statusesChanged();
  }

  #beat(everyMs: number): void {
    const jitter = everyMs * (0.9 + 0.2 * Math.random());
    this.#after(jitter, () => {
      this.#whileOpen(this.handlers.heartbeat().then((value) => this.#send({ $case: 'heartbeat', value })));
      this.#beat(everyMs);
    });
  }

  #after(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }

  /** Runs beside the stream; a failure of it is a failure of the session. */
  #whileOpen(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.end((error as Error).message));
  }

  #send(body: Body): boolean {
    return this.#over || this.#stream.write({ body });
  }
}
