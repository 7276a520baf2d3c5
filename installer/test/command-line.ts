import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, '../dist/openstation.js');

export interface Finished {
  readonly code: number | null;
  readonly output: string;
}

/** One installation in a directory with a blank in its name, on ports of its own. */
export class Installation {
  readonly root = mkdtempSync(join(tmpdir(), 'openstation installer '));
  #ports: string[] = [];

  async choosePorts(): Promise<void> {
    const names = ['console', 'gateway', 'agents', 'grpc'];
    const ports = await freePorts(names.length);
    this.#ports = names.flatMap((name, index) => [`--port-${name}`, String(ports[index])]);
  }

  start(command: string, ...args: string[]): { child: ChildProcess; output: () => string; end: Promise<Finished> } {
    const ports = ['quickstart', 'up'].includes(command) ? this.#ports : [];
    // No socket there: the engine runs as a process, whatever this machine has.
    const env = { ...process.env, OPENSTATION_DOCKER_SOCKET: '/nonexistent/docker.sock' };
    const child = spawn(process.execPath, [PROGRAM, command, '--data-dir', this.root, ...ports, ...args], { env });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => void (output += part.toString()));
    return { child, output: () => output, end: new Promise((resolve) => child.once('close', (code) => resolve({ code, output }))) };
  }

  run(command: string, ...args: string[]): Promise<Finished> {
    return this.start(command, ...args).end;
  }

  /** Runs a command with `input` on its standard input. */
  async feed(input: string, command: string, ...args: string[]): Promise<Finished> {
    const { child, end } = this.start(command, ...args);
    child.stdin?.end(input);
    return end;
  }

  record(): { supervisor: { pid: number }; processes: { name: string; state: string; restarts: number; identity: { pid: number } | null }[] } {
    return JSON.parse(readFileSync(join(this.root, 'run/supervisor.json'), 'utf8'));
  }

  pid(name: string): number | undefined {
    return this.record().processes.find((known) => known.name === name)?.identity?.pid;
  }
}

export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
