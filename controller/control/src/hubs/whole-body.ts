import type { FileBody } from './hub.js';
import { HubError } from './hub-error.js';
import { asHubError } from './safe-http.js';

/** A small body as a whole; undefined when it is longer than it may be. @throws HubError when it breaks off */
export async function wholeBody(body: FileBody, maxBytes: number): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    return await new Promise<Buffer | undefined>((resolve, reject) => {
      body.on('data', (part) => {
        bytes += part.length;
        parts.push(Buffer.from(part));
        if (bytes > maxBytes) resolve(undefined);
      });
      body.once('error', (error) => reject(asHubError(error, 'the hub')));
      body.once('end', () => resolve(Buffer.concat(parts)));
      body.once('close', () => reject(new HubError('away', 'the hub broke the connection')));
      body.resume();
    });
  } finally {
    body.destroy();
  }
}
