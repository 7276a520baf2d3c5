import { randomUUID } from 'node:crypto';
import { AGENT_ERROR_HEADER, CallOutcome, type KeyEntry, type Route, type Target } from '@openstation/proto';
import { Refusal, apiError, type ApiError } from '../api-errors/index.js';
import { authorise, mayCall } from '../auth/index.js';
import { pickTarget } from '../balancer/index.js';
import type { UpstreamCall, UpstreamHead } from '../upstream/index.js';
import { answerProblem, headerOf } from './answer-headers.js';
import { AnswerRelay } from './answer-relay.js';
import type { CallEnvironment } from './call-environment.js';
import { CallMeter, type CallEnd } from './call-meter.js';
import { answerError, breakStream, type ClientExchange } from './client-exchange.js';
import type { ApiEndpoint } from './endpoints.js';
import { failureAnswer } from './failure-answer.js';
import { InstanceWait } from './instance-wait.js';
import type { CallWait, LiveCall } from './live-calls.js';
import type { PreparedRequest } from './prepared-request.js';
import { readRequest } from './read-request.js';
import { requestHeaders } from './request-headers.js';
import { decideRetry, type AttemptFailure } from './retry.machine.js';

/** Engines load for seconds to minutes; the next try finds out. */
const WAKING_SECONDS = 5;

/** Turns over all calls, so that equal instances take turns. */
let turn = 0;

/**
 * One call from the client's request to its record. Whatever happens, `#finish` runs once: it frees the
 * counters, stops the timers and writes the record.
 */
export class InferenceCall implements LiveCall {
  readonly #callId = randomUUID();
  readonly #meter = new CallMeter();
  readonly #tried = new Set<string>();
  #key: KeyEntry | undefined;
  #upstreamCall: UpstreamCall | undefined;
  #relay: AnswerRelay | undefined;
  #attempts = 0;
  #firstFailureAt: number | undefined;
  #bodyTouched = false;
  #clientSlow = false;
  #finished = false;
  #releaseLimit: () => void = () => undefined;
  #releaseInstance: () => void = () => undefined;
  #wait: InstanceWait | undefined;
  #phaseTimer: NodeJS.Timeout | undefined;
  #phaseMs = 0;
  #totalTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly env: CallEnvironment,
    private readonly client: ClientExchange,
    private readonly endpoint: ApiEndpoint,
  ) {}

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
      const route = this.#checkModel(prepared.model);
      if (route.targets.length === 0) return this.#awaitInstance(prepared, route);
      this.#watchUpload(prepared);
      this.#attempt(prepared);
    } catch (error) {
      if (error instanceof Refusal) this.#refuse(error.error);
      else this.#crash(error);
    }
  }

  stop(error: ApiError): void {
    this.#fail(error, CallOutcome.REJECTED);
  }

  #admit(): void {
    const snapshot = this.env.snapshot();
    if (!snapshot) throw new Refusal(apiError('gateway_not_ready', 'The gateway has no route table yet. Try again in a few seconds.'));
    const access = authorise(this.client.request.rawHeaders, snapshot, this.env.keys, Date.now());
    this.#key = access.key;
    if (!access.granted) throw new Refusal(access.error);
    const admission = this.env.limits.admit(access.key.keyId);
    if (!admission.admitted) throw new Refusal(admission.error);
    this.#releaseLimit = admission.release;
    this.env.live.add(this);
    this.#totalTimer = setTimeout(() => this.#late('The call took longer than the gateway allows.'), this.env.timeouts.totalMs);
  }

  #askForBody(): void {
    if (this.client.request.headers.expect !== undefined) this.client.response.writeContinue();
  }

  #checkModel(model: string): Route {
    const route = this.env.snapshot()?.route(model);
    if (!route) throw new Refusal(apiError('model_not_found', `The model "${model}" does not exist.`, 'model'));
    this.#meter.serviceId = route.serviceId;
    if (!this.#key || !mayCall(this.#key, model)) {
      throw new Refusal(apiError('permission_denied', `This API key may not call the model "${model}".`, 'model'));
    }
    return route;
  }

  /** A service that sleeps is woken by the demand. Streams wait for it; others are told when to come again. */
  #awaitInstance(prepared: PreparedRequest, { serviceId, startsOnCall, model }: Route): void {
    if (!startsOnCall) throw new Refusal(apiError('model_not_ready', `The model "${model}" has no instance that is ready.`, 'model'));
    if (!prepared.stream || this.endpoint.body !== 'json') {
      this.env.demand.asked(serviceId);
      throw new Refusal({ ...apiError('model_not_ready', `The model "${model}" is being started. Try again in a few seconds.`, 'model'), retryAfterSeconds: WAKING_SECONDS });
    }
    this.#wait = new InstanceWait({
      response: this.client.response,
      route: () => this.env.snapshot()?.route(model),
      ready: () => {
        this.#wait = undefined;
        this.#attemptOrCrash(prepared);
      },
      over: () => this.#refuse(apiError('model_not_ready', `The model "${model}" has no instance that is ready.`, 'model')),
    });
  }

  /** A streamed form without an announced length is counted as it passes. */
  #watchUpload(prepared: PreparedRequest): void {
    if (this.endpoint.body === 'json') return;
    const { rest, body } = prepared.body(prepared.model);
    if (!rest || rest.length !== undefined) return;
    let bytes = body.length;
    rest.stream.on('data', (chunk: Buffer) => {
      this.#bodyTouched = true;
      bytes += chunk.length;
      if (bytes > this.env.uploadBytes) this.#refuse(apiError('request_too_large', `The request body is larger than the limit of ${this.env.uploadBytes} bytes.`));
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
    const target = this.#pick(prepared.model);
    this.#attempts += 1;
    const upstream = this.env.upstream();
    if (!target || !upstream) {
      this.#attemptFailed(prepared, { kind: 'agent', code: 'instance-not-running' });
      return;
    }
    this.#tried.add(target.instanceId);
    this.#meter.instanceId = target.instanceId;
    this.#releaseInstance = this.env.load.begin(target.instanceId);
    const { body, rest } = prepared.body(target.engineModel || prepared.model);
    const headers = requestHeaders(this.client.request, this.client.requestId, target.instanceId);
    this.#upstreamCall = upstream.send(
      target,
      { path: this.endpoint.path, headers, body, ...(rest && { rest }) },
      {
        onSent: (connectMs) => {
          if (rest) this.#bodyTouched = true;
          this.#meter.sent(connectMs);
          this.#armPhase(this.env.timeouts.firstByteMs);
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

  #pick(model: string): Target | undefined {
    const route = this.env.snapshot()?.route(model);
    return route && pickTarget(route.targets, this.env.load, this.#tried, turn++);
  }

  #answered(prepared: PreparedRequest, target: Target, head: UpstreamHead): void {
    const agentError = headerOf(head, AGENT_ERROR_HEADER);
    const anyType = this.endpoint.body === 'form';
    if (this.#waited && agentError === undefined && head.status >= 300) return this.#fail(apiError('upstream_error', `The engine refused the request with status ${head.status}.`), CallOutcome.UPSTREAM_ERROR);
    const problem = agentError === undefined ? answerProblem(head, { stream: prepared.stream, anyType }) : undefined;
    if (agentError === undefined && problem === undefined) {
      this.#relay = new AnswerRelay(this.client.response, head, prepared.usageInjected);
      return;
    }
    this.#upstreamCall?.abort();
    this.env.log.debug({ callId: this.#callId, instance: target.instanceId, status: head.status, agentError, problem }, 'attempt answered badly');
    if (agentError !== undefined) this.env.load.failed(target.instanceId);
    this.#attemptFailed(prepared, agentError === undefined ? { kind: 'answer' } : { kind: 'agent', code: agentError });
  }

  #attemptFailed(prepared: PreparedRequest, failure: AttemptFailure): void {
    this.#releaseInstance();
    this.#disarmPhase();
    if (this.#finished) return;
    if (this.#relay) {
      this.#fail(apiError('upstream_truncated', 'The engine ended the answer before it was complete.'), CallOutcome.TRUNCATED);
      return;
    }
    this.#firstFailureAt ??= performance.now();
    const decision = decideRetry(failure, {
      attempts: this.#attempts,
      waitedMs: performance.now() - this.#firstFailureAt,
      otherTarget: this.#pick(prepared.model) !== undefined,
      replayable: !this.#bodyTouched,
    });
    if (decision.action === 'give-up') {
      this.#fail(failureAnswer(failure, prepared.model), CallOutcome.UPSTREAM_ERROR);
      return;
    }
    this.#meter.retries += 1;
    if (decision.action !== 'other') this.#tried.clear();
    if (decision.action === 'wait') {
      this.#phaseMs = -1;
      this.#phaseTimer = setTimeout(() => this.#attemptOrCrash(prepared), decision.ms);
    } else this.#attemptOrCrash(prepared);
  }

  #data(chunk: Buffer): void {
    if (this.#finished || !this.#relay) return;
    this.#meter.firstByte();
    this.#armPhase(this.env.timeouts.idleMs);
    if (this.#relay.push(chunk) || this.#clientSlow) return;
    this.#clientSlow = true;
    this.#upstreamCall?.pause();
    this.client.response.once('drain', () => {
      this.#clientSlow = false;
      if (this.#finished) return;
      this.#armPhase(this.env.timeouts.idleMs);
      this.#upstreamCall?.resume();
    });
  }

  #answerEnded(): void {
    if (this.#finished || !this.#relay) return;
    this.#upstreamCall = undefined; // Its connection may serve another call from now on.
    this.#releaseInstance();
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

  /** One timer serves the phases: first byte, then silence of the engine or of the client. */
  #armPhase(ms: number): void {
    if (this.#phaseTimer && this.#phaseMs === ms) {
      this.#phaseTimer.refresh();
      return;
    }
    clearTimeout(this.#phaseTimer);
    this.#phaseMs = ms;
    this.#phaseTimer = setTimeout(() => {
      if (this.#clientSlow) this.client.response.destroy();
      else this.#late('The engine was silent for too long.');
    }, ms);
  }

  /** Comments were sent while it waited for an instance: an answer of another kind cannot begin any more. */
  get #waited(): boolean {
    return this.client.response.headersSent;
  }

  #disarmPhase(): void {
    clearTimeout(this.#phaseTimer);
    this.#phaseTimer = undefined;
  }

  #late(message: string): void {
    this.#fail(apiError('upstream_timeout', message), CallOutcome.TIMEOUT);
  }

  #refuse(error: ApiError): void {
    this.#fail(error, CallOutcome.REJECTED);
  }

  #crash(error: unknown): void {
    this.env.log.error({ callId: this.#callId, err: error }, 'call failed inside the gateway');
    this.#fail(apiError('internal_error', 'The gateway failed. The administrator finds the cause in its log.'), CallOutcome.UPSTREAM_ERROR);
  }

  /** Ends the call with an error: as an answer while nothing was sent, in-band or by a broken transfer afterwards. */
  #fail(error: ApiError, outcome: CallOutcome): void {
    if (this.#finished) return;
    this.#upstreamCall?.abort();
    const begun = this.#relay?.begun ?? this.#waited;
    this.#finish({ outcome, status: begun ? (this.#relay?.status ?? 200) : error.status, errorCode: error.code });
    if (!begun) answerError(this.client, this.endpoint.dialect, error);
    else if (!this.#relay || this.#relay.tap) breakStream(this.client.response, this.endpoint.stream, error, this.#relay?.tap?.midEvent ?? false);
    else this.client.response.destroy();
  }

  #finish(end: CallEnd): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#disarmPhase();
    this.#wait?.end();
    clearTimeout(this.#totalTimer);
    this.#releaseInstance();
    this.#releaseLimit();
    this.env.live.delete(this);
    if (!this.#key) return;
    const record = this.#meter.record(this.#callId, this.#key, this.endpoint.path, end, this.#relay?.tap, this.#relay?.usage());
    this.env.report(record);
    const line = { callId: record.callId, requestId: this.client.requestId, model: record.model, instance: record.instanceId, status: record.status, error: record.errorCode, ms: Math.round(record.durationMs), retries: record.retries };
    if (end.outcome === CallOutcome.OK || end.outcome === CallOutcome.CLIENT_ABORT) this.env.log.debug(line, 'call');
    else this.env.log.info(line, 'call');
  }
}
