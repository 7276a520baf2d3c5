/** What tells cheaply that a file is still the one that was hashed. */
export interface FileStamp {
  readonly path: string;
  readonly bytes: number;
  /** Nanoseconds since 1970 as decimal text: more digits than a double holds. */
  readonly modifiedNs: string;
  readonly device: string;
  readonly inode: string;
}
