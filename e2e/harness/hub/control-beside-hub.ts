import { waitFor } from '@openstation/kit';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManagedProcess } from '../cluster/managed-process.js';
import { Rest } from '../cluster/rest.js';
import { artefact } from '../paths.js';
import { freePort } from '../ports.js';

/** The built control alone, with its hubs' addresses at an emulated one. It comes back when it is killed. */
export class ControlBesideHub {
  readonly rest: Rest;
  readonly #process: ManagedProcess;

  private constructor(readonly directory: string, readonly port: number, process: ManagedProcess) {
    this.#process = process;
    this.rest = new Rest(`https://127.0.0.1:${port}`, () => `Bearer ${readFileSync(join(directory, 'control/local-admin.token'), 'utf8').trim()}`);
  }

  static async start(hubAddress: string, { parent = tmpdir(), connections = 4, modelsDirectory }: { parent?: string; connections?: number; modelsDirectory?: string } = {}): Promise<ControlBesideHub> {
    const directory = mkdtempSync(join(parent, 'openstation-downloads-'));
    mkdirSync(join(directory, 'logs'));
    const port = await freePort();
    const listen = async () => ({ host: '127.0.0.1', port: await freePort() });
    const file = join(directory, 'control.yaml');
    const config = { dataDir: join(directory, 'control'), console: { host: '127.0.0.1', port }, agents: await listen(), enrolment: await listen(), downloads: { reserveBytes: 0, connections, stallSeconds: 5 }, ...(modelsDirectory === undefined ? {} : { models: { dir: modelsDirectory } }) };
    writeFileSync(file, JSON.stringify(config));
    const process_ = new ManagedProcess({ name: 'control', command: [process.execPath, artefact('control'), '--config', file], logFile: join(directory, 'logs/control.log'), respawnAfterMs: 50 });
    process_.start();
    const control = new ControlBesideHub(directory, port, process_);
    await control.ready();
    await control.rest.patch('/settings/hubs', { modelscopeAddress: hubAddress, huggingfaceAddress: hubAddress });
    return control;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  modelDirectory(modelId: string): string {
    return join(this.directory, 'control/models', modelId);
  }

  async ready(): Promise<void> {
    await waitFor(async () => (await this.rest.get('/downloads')) !== undefined, { what: 'control serving', timeoutMs: 30_000, everyMs: 20 });
  }

  async kill9(): Promise<void> {
    await this.#process.kill9();
    await this.ready();
  }

  async stop(): Promise<void> {
    await this.#process.stop('SIGTERM', 10_000);
    await this.rest.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
