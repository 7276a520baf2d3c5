import { Controller, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ApiError, Caller, Endpoint, Input, type ApiRequest, type CallerIdentity, type InputOf } from '../http/index.js';
import { Store } from '../store/index.js';
import { endedSessionCookie, sessionCookie } from './session-cookie.js';
import { Sessions } from './sessions.js';
import { SignIn } from './sign-in.js';
import { localAdminView, meView, sessionView, type MeView, type SessionView } from './user-view.js';
import { routes } from './users.schema.js';
import { User } from './users.store.js';

/** Signing in and out, and the own account. */
@Controller()
export class SessionController {
  constructor(
    private readonly store: Store,
    private readonly sessions: Sessions,
    private readonly signIns: SignIn,
  ) {}

  @Endpoint(routes.signIn)
  async signIn(@Input() { body }: InputOf<typeof routes.signIn>, @Req() request: ApiRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<MeView> {
    const source = { address: request.raw.socket.remoteAddress ?? '', userAgent: request.headers['user-agent'] ?? '' };
    const { me, token } = await this.signIns.signIn(body.username, body.password, source);
    reply.header('set-cookie', sessionCookie(token));
    return me;
  }

  @Endpoint(routes.signOut)
  async signOut(@Caller() caller: CallerIdentity, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.signIns.signOut(caller);
    reply.header('set-cookie', endedSessionCookie());
  }

  @Endpoint(routes.me)
  async me(@Caller() caller: CallerIdentity): Promise<MeView> {
    if (caller.isLocalAdmin) return localAdminView(caller);
    return meView(await this.store.manager.findOneByOrFail(User, { id: caller.userId }));
  }

  @Endpoint(routes.changePassword)
  async changePassword(@Caller() caller: CallerIdentity, @Input() { body }: InputOf<typeof routes.changePassword>, @Res({ passthrough: true }) reply: FastifyReply): Promise<MeView> {
    const { me, token } = await this.signIns.changePassword(caller, body.current, body.next);
    reply.header('set-cookie', sessionCookie(token));
    return me;
  }

  @Endpoint(routes.mySessions)
  async mySessions(@Caller() caller: CallerIdentity): Promise<SessionView[]> {
    return (await this.sessions.list(caller.userId)).map((session) => sessionView(session, caller.sessionId));
  }

  @Endpoint(routes.endSession)
  async endSession(@Caller() caller: CallerIdentity, @Input() { params }: InputOf<typeof routes.endSession>): Promise<void> {
    const ended = await this.store.transaction((tx) => this.sessions.end(tx, caller.userId, params.id));
    if (!ended) throw new ApiError('not-found', 'there is no such session');
  }
}
