import { randomUUID } from 'node:crypto';
import { AGENT_ERROR_HEADER, CallOutcome, type KeyEntry, type Route, type Target } from '@openstation/proto';
import { Refusal, apiError, type ShownError } from '../api-errors/index.js';
import type { UpstreamCall, UpstreamHead } from '../upstream/index.js';
import { admit, requirePermission, routeOf } from './admission.js';
import { answerProblem, headerOf } from './answer-headers.js';
import { AnswerRelay } from './answer-relay.js';
import { Attempts } from './attempts.js';
import type { CallEnvironment } from './call-environment.js';
import { CallMeter, type CallEnd } from './call-meter.js';
import { reportCall } from './call-report.js';
import { answerError, breakStream, type ClientExchange } from './client-exchange.js';
import { ClientPace } from './client-pace.js';
import type { ApiEndpoint } from './endpoints.js';
import { EngineRefusal } from './engine-refusal.js';
import { failureAnswer } from './failure-answer.js';
import { InstanceWait, noInstance, requireWait } from './instance-wait.js';
import type { CallWait, LiveCall } from './live-calls.js';
import { PhaseTimer } from './phase-timer.js';
import type { PreparedRequest } from './prepared-request.js';
import { readRequest } from './read-request.js';
import { requestHeaders } from './request-headers.js';
import type { AttemptFailure } from './retry.machine.js';
import { watchUpload } from './upload-watch.js';

/**
 * One call from the client's request to its record. Whatever happens, `#finish` runs once: it frees the
 * counters, stops the timers and writes the record.
 */
export class InferenceCall implements LiveCall {
  readonly #callId = randomUUID();
  readonly #meter = new CallMeter();
  readonly #attempts: Attempts;
  readonly #pace: ClientPace;
  readonly #phase = new PhaseTimer(() => this.#phaseLate());
  #key: KeyEntry | undefined;
  #upstreamCall: UpstreamCall | undefined;
  #relay: AnswerRelay | undefined;
  /** What an engine says against a stream that had begun with comments. */
  #refusal: EngineRefusal | undefined;
  #finished = false;
  #releaseLimit: () => void = () => undefined;
  #releaseInstance: () => void = () => undefined;
  #wait: InstanceWait | undefined;
  #totalTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly env: CallEnvironment,
    private readonly client: ClientExchange,
    private readonly endpoint: ApiEndpoint,
  ) {
    this.#attempts = new Attempts(env);
    this.#pace = new ClientPace(client.response, { pause: () => this.#upstreamCall?.pause(), resume: () => this.#resume() });
  }

  get wait(): CallWait | undefined {
    const { serviceId } = this.#meter;
    if (this.#wait) return { serviceId, sinceMs: this.#wait.sinceMs, forInstance: true };
    const sinceMs = this.#meter.silentSince;
    return sinceMs === undefined ? undefined : { serviceId, sinceMs, forInstance: false };
  }

  get keyId(): string {
    return this.#key?.keyId ?? '';
  }

  async run(): Promise<void> {
    const { request, response } = this.client;
    response.once('close', () => this.#clientClosed());
    try {
      this.#admit();
      const prepared = await readRequest(this.endpoint, { request, askForBody: () => this.#askForBody() }, this.env);
      if (this.#finished) return;
      this.#meter.model = prepared.model;
      this.#meter.stream = prepared.stream;
      this.#meter.routed();
      const route = routeOf(prepared.model, this.env);
      this.#meter.serviceId = route.serviceId;
      requirePermission(this.#key, prepared.model);
      if (route.targets.length === 0) return this.#awaitInstance(prepared, route);
      this.#watchUpload(prepared);
      this.#attempt(prepared);
    } catch (error) {
      if (error instanceof Refusal) this.#refuse(error.error);
      else this.#crash(error);
    }
  }

  stop(error: ShownError): void {
    this.#fail(error, CallOutcome.REJECTED);
  }

  #admit(): void {
    const admission = admit(this.client.request, this.env);
    this.#key = admission.key;
    if (!admission.admitted) throw new Refusal(admission.error);
    this.#releaseLimit = admission.release;
    this.env.live.add(this);
    this.#totalTimer = setTimeout(() => this.#late('The call took longer than the gateway allows.'), this.env.timeouts.totalMs);
  }

  #askForBody(): void {
    if (this.client.request.headers.expect !== undefined) this.client.response.writeContinue();
  }

  #awaitInstance(prepared: PreparedRequest, route: Route): void {
    requireWait(route, prepared.stream && this.endpoint.body === 'json', this.env.demand);
    const { model } = route;
    this.#wait = new InstanceWait({
      response: this.client.response,
      commentMs: this.env.timeouts.commentMs,
      route: () => this.env.snapshot()?.route(model),
      ready: () => {
        this.#wait = undefined;
        this.#attemptOrCrash(prepared);
      },
      over: () => this.#refuse(noInstance(model)),
    });
  }

  #watchUpload(prepared: PreparedRequest): void {
    if (this.endpoint.body === 'json') return;
    const mostBytes = this.env.uploadBytes;
    watchUpload(prepared, {
      mostBytes,
      passed: () => (this.#attempts.bodyTouched = true),
      tooLarge: () => this.#refuse(apiError('request_too_large', `The request body is larger than the limit of ${mostBytes} bytes.`)),
    });
  }

  /** Retries run from timers and sockets, where a throw would end the process. */
  #attemptOrCrash(prepared: PreparedRequest): void {
    try {
      this.#attempt(prepared);
    } catch (error) {
      this.#crash(error);
    }
  }

  #attempt(prepared: PreparedRequest): void {
    const target = this.#attempts.begin(prepared.model);
    const upstream = this.env.upstream();
    if (!target || !upstream) {
      this.#attemptFailed(prepared, { kind: 'agent', code: 'instance-not-running' });
      return;
    }
    this.#attempts.took(target);
    this.#meter.instanceId = target.instanceId;
    this.#releaseInstance = this.env.load.begin(target.instanceId);
    const { body, rest } = prepared.body(target.engineModel || prepared.model);
    const headers = requestHeaders(this.client.request, this.client.requestId, target.instanceId);
    this.#upstreamCall = upstream.send(
      target,
      { path: this.endpoint.path, headers, body, ...(rest && { rest }) },
      {
        onSent: (connectMs) => {
          if (rest) this.#attempts.bodyTouched = true;
          this.#meter.sent(connectMs);
          this.#phase.watch(this.env.timeouts.firstByteMs);
        },
        onHead: (head) => this.#answered(prepared, target, head),
        onData: (chunk) => this.#data(chunk),
        onEnd: () => this.#answerEnded(),
        onError: (error) => {
          this.env.log.debug({ callId: this.#callId, instance: target.instanceId, phase: error.phase, code: error.code, reason: error.message }, 'attempt failed');
          // A kept-alive connection that its peer closed says nothing about the instance.
          if (!(error.phase === 'send' && error.reused)) this.env.load.failed(target.instanceId);
          this.#attemptFailed(prepared, { kind: 'connection', phase: error.phase, code: error.code, reused: error.reused });
        },
      },
    );
  }

  #answered(prepared: PreparedRequest, target: Target, head: UpstreamHead): void {
    const agentError = headerOf(head, AGENT_ERROR_HEADER);
    const anyType = this.endpoint.body === 'form';
    const problem = agentError === undefined ? answerProblem(head, { stream: prepared.stream, anyType }) : undefined;
    if (agentError === undefined && problem === undefined) {
      if (this.#waited && head.status >= 400) this.#refusal = new EngineRefusal(head.status);
      else this.#relay = new AnswerRelay(this.client.response, head, prepared.usageInjected);
      return;
    }
    this.#upstreamCall?.abort();
    this.env.log.debug({ callId: this.#callId, instance: target.instanceId, status: head.status, agentError, problem }, 'attempt answered badly');
    if (agentError !== undefined) this.env.load.failed(target.instanceId);
    this.#attemptFailed(prepared, agentError === undefined ? { kind: 'answer' } : { kind: 'agent', code: agentError });
  }

  #attemptFailed(prepared: PreparedRequest, failure: AttemptFailure): void {
    this.#releaseInstance();
    this.#phase.end();
    if (this.#finished) return;
    if (this.#refusal) return this.#engineRefused(this.#refusal);
    if (this.#relay) {
      this.#fail(apiError('upstream_truncated', 'The engine ended the answer before it was complete.'), CallOutcome.TRUNCATED);
      return;
    }
    const decision = this.#attempts.failed(prepared.model, failure);
    if (decision.action === 'give-up') {
      this.#fail(failureAnswer(failure, prepared.model), CallOutcome.UPSTREAM_ERROR);
      return;
    }
    this.#meter.retries += 1;
    if (decision.action === 'wait') this.#phase.pause(decision.ms, () => this.#attemptOrCrash(prepared));
    else this.#attemptOrCrash(prepared);
  }

  #data(chunk: Buffer): void {
    this.#refusal?.push(chunk);
    if (this.#finished || !this.#relay) return;
    this.#meter.firstByte();
    this.#phase.watch(this.env.timeouts.idleMs);
    if (!this.#relay.push(chunk)) this.#pace.full();
  }

  #resume(): void {
    if (this.#finished) return;
    this.#phase.watch(this.env.timeouts.idleMs);
    this.#upstreamCall?.resume();
  }

  #answerEnded(): void {
    if (this.#finished || !(this.#relay ?? this.#refusal)) return;
    this.#upstreamCall = undefined; // Its connection may serve another call from now on.
    this.#releaseInstance();
    if (!this.#relay) return this.#refusal && this.#engineRefused(this.#refusal);
    if (!this.#relay.end()) {
      this.#fail(apiError('upstream_truncated', 'The engine stopped before the answer was complete.'), CallOutcome.TRUNCATED);
      return;
    }
    const status = this.#relay.status;
    const failed = this.#relay.tap?.engineError || status >= 500;
    this.#finish({ outcome: failed ? CallOutcome.UPSTREAM_ERROR : status >= 400 ? CallOutcome.REJECTED : CallOutcome.OK, status, errorCode: failed || status >= 400 ? 'engine_error' : '' });
  }

  #clientClosed(): void {
    if (this.#finished) return;
    this.#upstreamCall?.abort();
    // The official clients hang up at the last word of a stream: that is an answered call.
    if (this.#relay?.tap?.complete) this.#finish({ outcome: CallOutcome.OK, status: this.#relay.status, errorCode: '' });
    else this.#finish({ outcome: CallOutcome.CLIENT_ABORT, status: 499, errorCode: 'client_closed' });
  }

  #engineRefused(refusal: EngineRefusal): void {
    this.#fail(refusal.error(), refusal.status >= 500 ? CallOutcome.UPSTREAM_ERROR : CallOutcome.REJECTED, 'engine_error');
  }

  /** First byte, then silence of the engine or of the client. */
  #phaseLate(): void {
    if (this.#pace.slow) this.client.response.destroy();
    else this.#late('The engine was silent for too long.');
  }

  /** Comments were sent while it waited for an instance: an answer of another kind cannot begin any more. */
  get #waited(): boolean {
    return this.client.response.headersSent;
  }

  #late(message: string): void {
    this.#fail(apiError('upstream_timeout', message), CallOutcome.TIMEOUT);
  }

  #refuse(error: ShownError): void {
    this.#fail(error, CallOutcome.REJECTED);
  }

  #crash(error: unknown): void {
    this.env.log.error({ callId: this.#callId, err: error }, 'call failed inside the gateway');
    this.#fail(apiError('internal_error', 'The gateway failed. The administrator finds the cause in its log.'), CallOutcome.UPSTREAM_ERROR);
  }

  /** Ends the call with an error: as an answer while nothing was sent, in-band or by a broken transfer afterwards. */
  #fail(error: ShownError, outcome: CallOutcome, errorCode: string = error.code): void {
    if (this.#finished) return;
    this.#upstreamCall?.abort();
    const begun = this.#relay?.begun ?? this.#waited;
    this.#finish({ outcome, status: begun ? (this.#relay?.status ?? 200) : error.status, errorCode });
    if (!begun) answerError(this.client, this.endpoint.dialect, error);
    else if (!this.#relay || this.#relay.tap) breakStream(this.client.response, this.endpoint.stream, error, this.#relay?.tap?.midEvent ?? false);
    else this.client.response.destroy();
  }

  #finish(end: CallEnd): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#phase.end();
    this.#wait?.end();
    clearTimeout(this.#totalTimer);
    this.#releaseInstance();
    this.#releaseLimit();
    this.env.live.delete(this);
    if (!this.#key) return;
    const record = this.#meter.record(this.#callId, this.#key, this.endpoint.path, end, this.#relay?.tap, this.#relay?.usage());
    reportCall(this.env, record, this.client.requestId);
  }
}
