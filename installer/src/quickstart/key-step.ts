import { join } from 'node:path';
import { readJsonFile, writeFileAtomic } from '@openstation/kit';
import { UserError, type DataDirectory } from '../install/index.js';
import type { ControlClient } from '../rest/index.js';
import type { Step } from '../steps/index.js';
import type { QuickstartContext } from './context.js';

const LABEL = 'quickstart';

interface KeptKey {
  readonly id: string;
  readonly secret: string;
}

/**
 * The API key that the curl line uses. Secrets cannot be asked for again, so this one is kept in a file of mode 0600
 * in the data directory, next to what is worth more than it; once revoked in the console, a new one is made.
 */
export const keyStep: Step<QuickstartContext> = {
  title: 'API key',
  check: async (context) => {
    const kept = await readJsonFile<KeptKey>(file(context.data));
    if (!kept) return undefined;
    const known = (await context.client.keys(await administrator(context.client))).find(({ id }) => id === kept.id);
    if (!known || known.revokedAt !== null) return undefined;
    context.apiKey = kept.secret;
    return `"${LABEL}", kept from before`;
  },
  apply: async (context) => {
    const { key, secret } = await context.client.createKey(await administrator(context.client), LABEL);
    await writeFileAtomic(file(context.data), `${JSON.stringify({ id: key.id, secret })}\n`, 0o600);
    context.apiKey = secret;
  },
  verify: async () => `"${LABEL}" made`,
};

async function administrator(client: ControlClient): Promise<string> {
  const users = await client.users();
  const user = users.find(({ builtIn }) => builtIn) ?? users[0];
  if (!user) throw new UserError('the controller has no user to make a key for');
  return user.id;
}

function file(data: DataDirectory): string {
  return join(data.run, 'quickstart-key.json');
}
