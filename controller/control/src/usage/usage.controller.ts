import { Controller } from '@nestjs/common';
import { Caller, Endpoint, Input, type CallerIdentity, type InputOf } from '../http/index.js';
import { can } from '../users/permissions.js';
import { routes } from './usage.schema.js';
import { UsageReader, type CallFilter, type CallView, type UsageSummary } from './usage-reader.js';

@Controller()
export class UsageController {
  constructor(private readonly usage: UsageReader) {}

  @Endpoint(routes.listCalls)
  async listCalls(@Caller() caller: CallerIdentity, @Input() { query }: InputOf<typeof routes.listCalls>): Promise<{ items: CallView[]; next: string | null }> {
    return this.usage.page(ownOnly(caller, query), query.limit, query.before);
  }

  @Endpoint(routes.usageSummary)
  async usageSummary(@Caller() caller: CallerIdentity, @Input() { query }: InputOf<typeof routes.usageSummary>): Promise<UsageSummary> {
    return this.usage.summary(query.minutes, ownOnly(caller, { serviceId: query.serviceId }));
  }
}

/** Without usage.any everybody sees their own calls, whatever they ask for. */
function ownOnly(caller: CallerIdentity, filter: CallFilter): CallFilter {
  return can(caller.role, 'usage.any') ? filter : { ...filter, userId: caller.userId };
}
