import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { consoleFingerprint, pinnedAuthority } from '../rest/index.js';
import type { QuickstartContext } from './context.js';
import { shownHost } from './start-steps.js';

/** Where everything is, and a line to paste. */
export async function closingWords({ data, settings, serviceName, apiKey, question }: QuickstartContext): Promise<string> {
  const host = shownHost(settings.host);
  const fingerprint = await consoleFingerprint(settings.ports.console, await pinnedAuthority(data));
  const body = JSON.stringify({ model: serviceName, stream: true, messages: [{ role: 'user', content: question }] });
  return [
    '',
    `  Console      https://${host}:${settings.ports.console}`,
    `  Certificate  SHA-256 ${fingerprint}`,
    `  User         admin`,
    `  Password     ${await passwordWords(join(data.control, 'initial-admin-password'))}`,
    '',
    '  Ask it yourself:',
    '',
    `    curl -N http://${host}:${settings.ports.gateway}/v1/chat/completions \\`,
    `      -H 'authorization: Bearer ${apiKey}' -H 'content-type: application/json' \\`,
    `      -d '${body.replaceAll("'", "'\\''")}'`,
    '',
  ].join('\n');
}

async function passwordWords(file: string): Promise<string> {
  try {
    return `${(await readFile(file, 'utf8')).trim()}   (to be changed at the first sign-in; kept in ${file})`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return 'the one you chose (the initial one was changed already)';
  }
}
