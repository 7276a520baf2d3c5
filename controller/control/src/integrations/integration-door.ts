import type { Metadata, ServerUnaryCall, StatusObject, handleUnaryCall } from '@grpc/grpc-js';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import { LOGGER } from '../config/index.js';
import { ApiError, checkInput, requireAccess, type CallerIdentity, type InputOf, type RawInput } from '../http/index.js';
import type { Route } from '../http/route.js';
import { newId } from '../store/index.js';
import { KeyIdentities, type KeyCaller } from '../users/index.js';
import { addressOf, keyOf } from './credential.js';
import { TooLate, grpcError } from './grpc-error.js';

/** Longer than the database makes a writer wait for its turn. */
const ANSWER_MS = 20_000;

/** Any call before it was let in. */
export interface Knock {
  readonly metadata: Metadata;
  getPeer(): string;
}

/** One method: the REST route whose rules hold, and the way from wire to handler and back. */
export interface Method<R extends Route, Request, View, Reply> {
  readonly route: R;
  readonly input: (request: Request) => RawInput;
  readonly handle: (input: InputOf<R>, caller: CallerIdentity) => View | Promise<View>;
  readonly reply: (view: View) => Reply;
}

/** The one door of the integration API: whose key is it, does the route's table entry let them in, is the input what the route takes. */
@Injectable()
export class IntegrationDoor {
  constructor(
    private readonly identities: KeyIdentities,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** A method with one answer. */
  unary<R extends Route, Request, View, Reply>(method: Method<R, Request, View, Reply>): handleUnaryCall<Request, Reply> {
    return (call, done) => void this.#answer(method, call).then((reply) => done(null, reply), (error: unknown) => done(this.refusal(error, method.route, call)));
  }

  /** @throws ApiError `unauthenticated`, `account-disabled`, `forbidden`, `bad-request` */
  async admit(call: Knock, route: Route): Promise<KeyCaller> {
    const holder = await this.identities.identify(keyOf(call.metadata), addressOf(call.getPeer()));
    requireAccess(route, holder.caller);
    return holder;
  }

  /** Whether somebody admitted before would be admitted now. @throws ApiError as `admit` */
  async admitAgain(holder: KeyCaller, route: Route): Promise<void> {
    requireAccess(route, (await this.identities.identifyAgain(holder)).caller);
  }

  /** What to answer instead of success; unforeseen errors are logged here. */
  refusal(error: unknown, route: Route, call: Knock): StatusObject {
    const requestId = newId();
    const known = error instanceof ApiError && error.code !== 'internal';
    const facts = { requestId, peer: call.getPeer(), method: route.method, path: route.path };
    if (known) this.logger.debug({ ...facts, code: error.code, why: error.message }, 'integration call refused');
    else this.logger.error({ ...facts, err: error }, 'integration call failed');
    return grpcError(error, requestId);
  }

  async #answer<R extends Route, Request, View, Reply>(method: Method<R, Request, View, Reply>, call: ServerUnaryCall<Request, Reply>): Promise<Reply> {
    return this.inTime(async () => {
      const { caller } = await this.admit(call, method.route);
      const input = checkInput(method.route, method.input(call.request));
      // Nobody waits for it any more, so nothing is changed for them either.
      if (call.cancelled) throw new ApiError('unavailable', 'the call was cancelled before it began');
      return method.reply(await method.handle(input, caller));
    });
  }

  /** @throws TooLate when the work takes longer than a caller is made to wait */
  async inTime<T>(work: () => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new TooLate(`no answer within ${ANSWER_MS} ms`)), ANSWER_MS);
    });
    try {
      return await Promise.race([work(), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
