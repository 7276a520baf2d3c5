import { Controller, Inject } from '@nestjs/common';
import { formatJoinToken } from '@openstation/proto';
import { Audit } from '../audit/index.js';
import { CONTROL_CONFIG, type ControlConfig } from '../config/index.js';
import { Caller, Endpoint, Input, type CallerIdentity, type InputOf } from '../http/index.js';
import { EnrolmentListener } from '../listeners/index.js';
import { routes } from '../nodes/nodes.schema.js';
import { Settings } from '../settings/index.js';
import { Store } from '../store/index.js';
import { joinCommand, joinHost } from './join-command.js';
import { JoinTokens } from './join-tokens.js';

@Controller()
export class JoinTokensController {
  constructor(
    private readonly store: Store,
    private readonly tokens: JoinTokens,
    private readonly settings: Settings,
    private readonly listener: EnrolmentListener,
    private readonly audit: Audit,
    @Inject(CONTROL_CONFIG) private readonly config: ControlConfig,
  ) {}

  @Endpoint(routes.createJoinToken)
  async createJoinToken(@Input() { body }: InputOf<typeof routes.createJoinToken>, @Caller() caller: CallerIdentity): Promise<{ token: string; command: string; expiresAt: string }> {
    const { token, expiresAt } = await this.store.transaction(async (tx) => {
      const made = await this.tokens.create(tx, { kind: body.kind, nodeName: body.nodeName ?? null, createdBy: caller.username });
      await this.audit.record(tx, caller, 'join-token.create', { type: 'join-token', id: made.token.id, name: body.nodeName ?? body.kind }, { kind: body.kind });
      return made;
    });
    const text = formatJoinToken(token);
    return { token: text, command: joinCommand(body.kind, text, { host: this.#host(), port: this.listener.port }, body.nodeName), expiresAt: new Date(expiresAt).toISOString() };
  }

  #host(): string {
    return joinHost({ publicHost: this.settings.current().publicHost, listens: this.config.enrolment.host, configured: this.config.console.publicHosts });
  }
}
