import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonFile, writeFileAtomic } from '@openstation/kit';

/** What a member of the cluster keeps of its identity. All PEM. */
export interface MemberRecord {
  readonly memberId: string;
  readonly clusterId: string;
  readonly name: string;
  /** host:port of the controller's mutual-TLS listener. */
  readonly sessionAddress: string;
  readonly privateKeyPem: string;
  readonly certificateChainPem: string;
  /** Empty for members without a data port. */
  readonly dataCertificateChainPem: string;
  readonly authorityPem: string;
}

const FILE = 'member.json';

/** The identity on disk, in one file of mode 0600 replaced as a whole: key and certificate can never be of two generations. */
export class MemberFiles {
  constructor(private readonly directory: string) {}

  async load(): Promise<MemberRecord | undefined> {
    return readJsonFile<MemberRecord>(join(this.directory, FILE));
  }

  async save(record: MemberRecord): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    await writeFileAtomic(join(this.directory, FILE), `${JSON.stringify(record, null, 2)}\n`);
  }
}
