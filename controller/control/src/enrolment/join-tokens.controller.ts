import { Controller } from '@nestjs/common';
import { formatJoinToken } from '@openstation/proto';
import type { z } from 'zod';
import { Audit } from '../audit/index.js';
import { Caller, Endpoint, Input, type CallerIdentity, type InputOf } from '../http/index.js';
import { routes, type joinTokenSchema } from '../nodes/nodes.schema.js';
import { Store } from '../store/index.js';
import { checkoutCommand, serverCommand } from './join-command.js';
import { JoinTokens } from './join-tokens.js';
import { OwnAddresses } from './own-addresses.js';

@Controller()
export class JoinTokensController {
  constructor(
    private readonly store: Store,
    private readonly tokens: JoinTokens,
    private readonly addresses: OwnAddresses,
    private readonly audit: Audit,
  ) {}

  @Endpoint(routes.createJoinToken)
  async createJoinToken(@Input() { body }: InputOf<typeof routes.createJoinToken>, @Caller() caller: CallerIdentity): Promise<z.infer<typeof joinTokenSchema>> {
    const { token, expiresAt } = await this.store.transaction(async (tx) => {
      const made = await this.tokens.create(tx, { kind: body.kind, nodeName: body.nodeName ?? null, createdBy: caller.username });
      await this.audit.record(tx, caller, 'join-token.create', { type: 'join-token', id: made.token.id, name: body.nodeName ?? body.kind }, { kind: body.kind });
      return made;
    });
    const text = formatJoinToken(token);
    const addresses = this.addresses.now();
    const inCheckout = checkoutCommand(body.kind, text, addresses, body.nodeName);
    // A gateway has no archive of its own.
    const command = body.kind === 'agent' ? serverCommand(text, addresses, body.nodeName) : inCheckout;
    return { token: text, command, checkoutCommand: inCheckout, expiresAt: new Date(expiresAt).toISOString() };
  }
}
