import type { z } from 'zod';
import type { callSchema } from './usage.schema.js';
import type { Call } from './usage.store.js';

export function callView(call: Call, username: string | null): z.infer<typeof callSchema> {
  const { gatewayId: _gatewayId, startedAt, promptTokens, completionTokens, ...rest } = call;
  const known = promptTokens !== null || completionTokens !== null;
  return {
    ...rest, username, promptTokens, completionTokens, startedAt: new Date(startedAt).toISOString(),
    totalTokens: known ? (promptTokens ?? 0) + (completionTokens ?? 0) : null,
  };
}
