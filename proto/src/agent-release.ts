import { createHash, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

export const AGENT_ARCHITECTURES = ['x64', 'arm64'] as const;
export type AgentArchitecture = (typeof AGENT_ARCHITECTURES)[number];

/** What a release key vouches for: which agent this is, and the digest of the list of its files. */
export interface ReleaseStatement {
  readonly version: string;
  readonly arch: AgentArchitecture;
  /** Of `manifest.json` in the archive, lower-case hex. */
  readonly manifestSha256: string;
}

/** One line of the archive's `manifest.json`, which lists every file but itself and the statement with its signature. */
export interface ReleaseFile {
  /** Relative to the archive's folder. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly executable: boolean;
}

/** What lies beside an archive as `<archive>.json`, for whoever hands it out. */
export interface ArchiveCard {
  readonly version: string;
  readonly arch: AgentArchitecture;
  readonly bytes: number;
  readonly sha256: string;
  readonly statement: string;
  /** Base64. */
  readonly signature: string;
  readonly builtAt: string;
  /** Digest of everything it was made from: with the same inputs it need not be made again. */
  readonly inputs: string;
}

/** The one folder in every archive. */
export const ARCHIVE_FOLDER = 'openstation-agent';
/** Files of the archive that its manifest cannot list. */
export const RELEASE_FILES = { manifest: 'manifest.json', statement: 'release.txt', signature: 'release.sig' } as const;

const VERSION = /^(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})(?:-([0-9A-Za-z]+(?:\.[0-9A-Za-z]+)*))?$/;
const STATEMENT = /^openstation-agent release 1\nversion (\S+)\narch (x64|arm64)\nmanifest sha256 ([0-9a-f]{64})\n$/;

export function archiveName(version: string, arch: AgentArchitecture): string {
  return `openstation-agent-${version}-linux-${arch}.tar.gz`;
}

/** The text that is signed. Exactly one text per statement. */
export function formatStatement({ version, arch, manifestSha256 }: ReleaseStatement): string {
  return `openstation-agent release 1\nversion ${version}\narch ${arch}\nmanifest sha256 ${manifestSha256}\n`;
}

/** Undefined for every text that `formatStatement` would not have made. */
export function parseStatement(text: string): ReleaseStatement | undefined {
  const [, version, arch, manifestSha256] = STATEMENT.exec(text) ?? [];
  if (version === undefined || arch === undefined || manifestSha256 === undefined || !VERSION.test(version)) return undefined;
  return { version, arch: arch as AgentArchitecture, manifestSha256 };
}

/** Ed25519 over the statement's bytes. */
export function signStatement(statement: string, key: KeyObject): Buffer {
  return sign(null, Buffer.from(statement), key);
}

/** Whether one of the keys (as `publicKeyText` writes them) signed exactly this text. */
export function isSigned(statement: string, signature: Buffer, publicKeys: readonly string[]): boolean {
  if (signature.length !== 64) return false;
  return publicKeys.some((text) => verify(null, Buffer.from(statement), publicKeyOf(text), signature));
}

/** An Ed25519 public key as one word: base64 of its SPKI form. */
export function publicKeyText(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');
}

/** First half of its SHA-256, as people compare it. */
export function keyName(text: string): string {
  return createHash('sha256').update(Buffer.from(text, 'base64')).digest('hex').slice(0, 16);
}

export function isReleaseVersion(text: string): boolean {
  return VERSION.test(text);
}

/**
 * Below zero when `one` is older, by semver.org's precedence.
 * @throws Error for a text that is no version
 */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [partsOf(one), partsOf(other)];
  for (let index = 0; index < 3; index += 1) {
    const difference = Number(a.numbers[index]) - Number(b.numbers[index]);
    if (difference !== 0) return difference;
  }
  if (a.early.length === 0 || b.early.length === 0) return b.early.length - a.early.length;
  for (let index = 0; index < Math.max(a.early.length, b.early.length); index += 1) {
    const difference = compareWords(a.early[index], b.early[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareWords(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1);
  const numbers = [a, b].map((word) => /^\d+$/.test(word));
  if (numbers[0] && numbers[1]) return Number(a) - Number(b);
  if (numbers[0] !== numbers[1]) return numbers[0] ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function partsOf(version: string): { numbers: readonly string[]; early: readonly string[] } {
  const match = VERSION.exec(version);
  if (!match) throw new Error(`"${version}" is no version like 1.2.3`);
  return { numbers: match.slice(1, 4), early: match[4]?.split('.') ?? [] };
}

function publicKeyOf(text: string): KeyObject {
  return createPublicKey({ key: Buffer.from(text, 'base64'), type: 'spki', format: 'der' });
}
