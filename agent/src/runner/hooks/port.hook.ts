import { createServer } from 'node:net';

/**
 * A port of the range that nobody listens on and no instance has. Starts at a place derived from `attempt`, so that a
 * second try does not meet the same neighbour.
 * @returns undefined when the range is used up
 */
export async function freePort(range: readonly [number, number], taken: ReadonlySet<number>, attempt: number): Promise<number | undefined> {
  const [first, last] = range;
  const count = last - first + 1;
  for (let step = 0; step < count; step++) {
    const port = first + ((attempt + step) % count);
    if (!taken.has(port) && (await canListen(port))) return port;
  }
  return undefined;
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    return true;
  } catch {
    return false; // taken or not permitted: both mean the next one
  } finally {
    server.close();
  }
}
