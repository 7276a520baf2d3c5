import type { IncomingHttpHeaders } from 'node:http';

export type HubName = 'modelscope' | 'huggingface';

/** What a hub says the bytes of a file are. `git-sha1` is SHA-1 over `blob <length>\0` and the content, as git names blobs. */
export interface FileHash {
  readonly kind: 'sha256' | 'git-sha1';
  /** Lower case. */
  readonly hex: string;
}

export interface HubFile {
  /** From the root of the repository, as the hub wrote it: check with `modelFiles` before it touches a disk. */
  readonly path: string;
  readonly bytes: number;
  readonly hash: FileHash;
}

export interface HubRevision {
  /** A commit where the hub takes commits, else the branch or tag; pass it to `list` and `open`. */
  readonly revision: string;
  readonly licence: string | null;
  /** Its owner lets in only whom he approved. */
  readonly gated: boolean;
}

export interface Wanted {
  readonly repository: string;
  readonly revision: string;
  readonly path: string;
  /** Size of the whole file after the listing. */
  readonly bytes: number;
  /** First and last byte, inclusive. */
  readonly from: number;
  readonly to: number;
  /** Of an earlier answer about this file: another one now means other content. */
  readonly etag: string | null;
}

/** What reading a file needs of an answer; an `IncomingMessage` of Node is one. */
export interface FileBody {
  readonly statusCode?: number | undefined;
  readonly headers: IncomingHttpHeaders;
  /** All of it came. */
  readonly complete: boolean;
  /** The bytes are valid during the call only: who keeps them copies them. */
  on(event: 'data', listener: (bytes: Buffer) => void): unknown;
  once(event: 'end' | 'close', listener: () => void): unknown;
  once(event: 'error', listener: (error: Error) => void): unknown;
  pause(): unknown;
  resume(): unknown;
  isPaused(): boolean;
  destroy(error?: Error): unknown;
}

/** An answer that was checked up to its first byte. `body` has no data lost and is not flowing yet. */
export interface FileAnswer {
  /** `part`: bytes `from` to `to`, as asked. `whole`: the hub ignored the range, byte 0 comes first. */
  readonly kind: 'part' | 'whole';
  readonly etag: string | null;
  readonly body: FileBody;
}

/** A place that models come from. All methods throw `HubError`. */
export interface Hub {
  readonly name: HubName;
  /** @param revision branch, tag or commit; null: the hub's default */
  resolve(repository: string, revision: string | null, signal: AbortSignal): Promise<HubRevision>;
  /** Every file of the revision. */
  list(repository: string, revision: string, signal: AbortSignal): Promise<HubFile[]>;
  open(wanted: Wanted, signal: AbortSignal): Promise<FileAnswer>;
}
