import { constants } from 'node:fs';
import { access, copyFile, chmod, mkdir, readdir, readFile, readlink, realpath, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeFileAtomic } from '@openstation/kit';
import { compareVersions, isReleaseVersion } from '@openstation/proto';

/** What `start.sh` and the agent tell each other, one `name=value` a line. */
export interface UpgradeNote {
  readonly from: string;
  readonly to: string;
  readonly request: string;
  readonly gateSeconds: number;
  /** Why it was given up; empty in `pending`. */
  readonly reason: string;
}

/** An agent that was installed from an archive: versions side by side, and `current`, which is the one that starts. */
export class Installation {
  private constructor(readonly base: string, readonly version: string) {}

  /** Where this program was installed; undefined in a checkout. */
  static async around(program: string): Promise<Installation | undefined> {
    try {
      const own = dirname(dirname(await realpath(program)));
      const base = dirname(own);
      await access(join(base, 'start.sh'), constants.X_OK);
      await readlink(join(base, 'current'));
      return new Installation(base, basename(own));
    } catch {
      return undefined; // the one or the other is not there: nothing that could be switched
    }
  }

  /** Place for what is being fetched and unpacked. */
  get staging(): string {
    return join(this.base, 'upgrade', 'staging');
  }

  directoryOf(version: string): string {
    return join(this.base, version);
  }

  pending(): Promise<UpgradeNote | undefined> {
    return this.#read('pending');
  }

  returned(): Promise<UpgradeNote | undefined> {
    return this.#read('returned');
  }

  /** The newest upgrade that reached the controller. */
  running(): Promise<UpgradeNote | undefined> {
    return this.#read('running');
  }

  /** From here on the other version starts; the note comes first, so that whatever happens then can be taken back. */
  async switchTo(note: UpgradeNote): Promise<void> {
    await mkdir(join(this.base, 'upgrade'), { recursive: true, mode: 0o700 });
    for (const name of ['starts', 'began', 'returned', 'running']) await rm(this.#file(name), { force: true });
    await this.#write('pending', note);
    await rm(join(this.base, 'current.new'), { force: true });
    await symlink(note.to, join(this.base, 'current.new'));
    await rename(join(this.base, 'current.new'), join(this.base, 'current'));
  }

  /** The new version works: it stays, and its `start.sh` takes over. */
  async confirm(note: UpgradeNote): Promise<void> {
    await this.#write('running', note);
    for (const name of ['pending', 'starts', 'began']) await rm(this.#file(name), { force: true });
    for (const script of ['start.sh', 'watchdog.sh', 'uninstall.sh']) {
      const fresh = join(this.base, `${script}.new`);
      await copyFile(join(this.directoryOf(this.version), script), fresh);
      await chmod(fresh, 0o755);
      await rename(fresh, join(this.base, script));
    }
  }

  /** Deletes all versions but the one that runs and the one before it, those that failed here included. @returns what was deleted */
  async prune(): Promise<string[]> {
    const entries = await readdir(this.base, { withFileTypes: true });
    const versions = entries.filter((entry) => entry.isDirectory() && isReleaseVersion(entry.name)).map(({ name }) => name);
    const [before] = versions.filter((version) => compareVersions(version, this.version) < 0).sort((one, other) => compareVersions(other, one));
    const old = versions.filter((version) => version !== this.version && version !== before);
    for (const version of old) await rm(this.directoryOf(version), { recursive: true, force: true });
    return old;
  }

  /** A version that was announced and never started. */
  async abandon(note: UpgradeNote, reason: string): Promise<void> {
    await this.#write('returned', { ...note, reason });
    for (const name of ['pending', 'starts', 'began']) await rm(this.#file(name), { force: true });
  }

  #file(name: string): string {
    return join(this.base, 'upgrade', name);
  }

  async #write(name: string, { from, to, request, gateSeconds, reason }: UpgradeNote): Promise<void> {
    const lines = { from, to, request, gate: gateSeconds, ...(reason === '' ? {} : { reason }) };
    await writeFileAtomic(this.#file(name), `${Object.entries(lines).map(([key, value]) => `${key}=${value}`).join('\n')}\n`);
  }

  async #read(name: string): Promise<UpgradeNote | undefined> {
    let text: string;
    try {
      text = await readFile(this.#file(name), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    const words = new Map(text.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
    const word = (key: string): string => words.get(key) ?? '';
    return { from: word('from'), to: word('to'), request: word('request'), gateSeconds: Number(word('gate')), reason: word('reason') };
  }
}
