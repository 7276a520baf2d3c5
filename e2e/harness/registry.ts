import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { run } from './run.js';

/** An image registry inside a network namespace, with its images below the directory. Resolves when it answers at `address` (host:port). */
export async function startRegistry(namespace: string, address: string, directory: string): Promise<ChildProcess> {
  const inside = ['nsenter', `--net=/run/netns/${namespace}`] as const;
  const storage = join(directory, 'registry');
  mkdirSync(storage);
  const config = join(directory, 'registry.json');
  writeFileSync(config, JSON.stringify({ version: '0.1', log: { level: 'warn' }, storage: { filesystem: { rootdirectory: storage } }, http: { addr: address } }));
  const [program, ...args] = inside;
  const registry = spawn(program, [...args, 'docker-registry', 'serve', config], { stdio: 'ignore' });
  try {
    await waitFor(() => run([...inside, 'curl', '-sf', `http://${address}/v2/`], { timeoutMs: 2000 }), { what: 'the registry', timeoutMs: 10_000, everyMs: 100 });
    return registry;
  } catch (error) {
    registry.kill('SIGTERM');
    throw error;
  }
}
