import { writeFileAtomic } from '@openstation/kit';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/** `<dataDir>/initial-admin-password`: how the person who installed learns the first password. */
export class InitialPasswordFile {
  readonly path: string;

  constructor(dataDir: string) {
    this.path = join(dataDir, 'initial-admin-password');
  }

  async write(password: string): Promise<void> {
    await writeFileAtomic(this.path, `${password}\n`, 0o600);
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }
}
