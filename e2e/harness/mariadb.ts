import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deadline, waitFor } from '@openstation/kit';
import { run } from './run.js';
import { freePort } from './ports.js';
import { program, type Prerequisite } from './prerequisites.js';

const NOBODY = 65_534;

export const mariadbInstalled: readonly Prerequisite[] = [program('mariadbd', 'mariadb-server'), program('mariadb-install-db', 'mariadb-server')];

/** A MariaDB of its own on loopback, in a temporary directory, as an unprivileged user. */
export class PrivateMariadb {
  private constructor(readonly directory: string, readonly port: number, private readonly server: ChildProcess) {}

  static async start(): Promise<PrivateMariadb> {
    const directory = mkdtempSync(join(tmpdir(), 'openstation-mariadb-'));
    const port = await freePort();
    mkdirSync(join(directory, 'tmp'));
    if (asRoot()) for (const path of [directory, join(directory, 'tmp')]) chownSync(path, NOBODY, NOBODY);
    chmodSync(directory, 0o711);
    const data = [`--no-defaults`, `--datadir=${directory}/data`];
    try {
      await run([...unprivileged(), 'mariadb-install-db', ...data, '--auth-root-authentication-method=normal', '--skip-test-db'], { env: { HOME: directory } });
      const log = openSync(join(directory, 'server.log'), 'a');
      const [command, ...args] = [
        ...unprivileged(), 'mariadbd', ...data, `--tmpdir=${directory}/tmp`, `--socket=${directory}/sock`, `--port=${port}`, '--bind-address=127.0.0.1',
        '--innodb-buffer-pool-size=64M', '--innodb-log-file-size=16M', '--performance-schema=OFF', '--skip-name-resolve', '--character-set-server=utf8mb4',
        // Every test makes a database with all its tables. What was committed survives the server's death, not the machine's.
        '--innodb-flush-log-at-trx-commit=2', '--innodb-flush-method=nosync', '--debug-no-sync=1',
      ];
      const server = spawn(command, args, { stdio: ['ignore', log, log], env: { ...process.env, HOME: directory } });
      closeSync(log);
      const database = new PrivateMariadb(directory, port, server);
      await database.#ready();
      return database;
    } catch (error) {
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** An empty database with its own user: the URL that control takes. */
  async createDatabase(name: string): Promise<string> {
    await this.sql(`CREATE DATABASE ${name}; CREATE USER ${name}@'127.0.0.1' IDENTIFIED BY '${name}'; GRANT ALL ON ${name}.* TO ${name}@'127.0.0.1'`);
    return `mysql://${name}:${name}@127.0.0.1:${this.port}/${name}`;
  }

  /** @throws Error with what the server said */
  async sql(statement: string): Promise<string> {
    return run(['mariadb', '--no-defaults', '-uroot', `--socket=${this.directory}/sock`, '--batch', '-e', statement]);
  }

  async stop(): Promise<void> {
    if (this.server.exitCode === null && this.server.signalCode === null) {
      const exit = once(this.server, 'exit');
      this.server.kill('SIGTERM');
      await deadline(exit, 20_000, 'stop of mariadbd').catch((error: unknown) => {
        this.server.kill('SIGKILL');
        throw error;
      });
    }
    rmSync(this.directory, { recursive: true, force: true });
  }

  async #ready(): Promise<void> {
    await waitFor(
      async () => {
        if (this.server.exitCode !== null) throw new Error(readFileSync(join(this.directory, 'server.log'), 'utf8').slice(-2000));
        await this.sql('SELECT 1');
        return true;
      },
      { what: 'mariadbd', timeoutMs: 30_000, everyMs: 100 },
    );
  }
}

function asRoot(): boolean {
  return process.getuid?.() === 0;
}

/** mariadbd refuses to run as root, rightly. */
function unprivileged(): string[] {
  return asRoot() ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : [];
}
