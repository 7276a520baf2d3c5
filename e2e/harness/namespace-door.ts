import { spawn, type ChildProcess } from 'node:child_process';
import { createConnection, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RELAY = fileURLToPath(new URL('./namespace-relay.mjs', import.meta.url));

/** Brings single ports of a network namespace to the same port on this machine's loopback. */
export class NamespaceDoor {
  readonly #children: ChildProcess[] = [];
  readonly #servers: Server[] = [];

  /** `directory` holds the sockets between the two sides. */
  constructor(private readonly namespace: string, private readonly directory: string) {}

  /** 127.0.0.1:port of this machine reaches 127.0.0.1:port of the namespace. */
  async expose(port: number): Promise<void> {
    const path = join(this.directory, `port-${port}.sock`);
    this.#children.push(spawn('nsenter', [`--net=/run/netns/${this.namespace}`, process.execPath, RELAY, path, String(port)], { stdio: 'inherit' }));
    const server = createServer((client) => {
      const upstream = createConnection(path);
      client.pipe(upstream).pipe(client);
      client.on('error', () => upstream.destroy());
      upstream.on('error', () => client.destroy());
    });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    this.#servers.push(server);
  }

  close(): void {
    for (const server of this.#servers) server.close();
    for (const child of this.#children) child.kill('SIGTERM');
  }
}
