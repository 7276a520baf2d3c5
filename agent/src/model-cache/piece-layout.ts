import { MODEL_PIECE_BYTES, byPath, pieceCount, type ModelFile, type ModelManifest } from '@openstation/proto';

const DIGEST_BYTES = 32;

export interface LaidFile extends Readonly<ModelFile> {
  readonly index: number;
  /** Number of its first piece. */
  readonly firstPiece: number;
  readonly pieces: number;
}

/** Where a piece lies: bytes [from, to) of a file. */
export interface PiecePlace {
  readonly file: LaidFile;
  readonly from: number;
  readonly to: number;
  /** Undefined while the controller does not know it yet: then only the whole file can be judged. */
  readonly sha256: string | undefined;
}

/** The pieces of a model, numbered file after file in the order of paths: the same on every node. */
export class PieceLayout {
  readonly files: readonly LaidFile[];
  readonly pieces: number;
  readonly bytes: number;

  constructor(manifest: Pick<ModelManifest, 'files'>) {
    let next = 0;
    this.files = [...manifest.files].sort(byPath).map((file, index) => {
      const laid = { ...file, index, firstPiece: next, pieces: pieceCount(file.bytes) };
      next += laid.pieces;
      return laid;
    });
    this.pieces = next;
    this.bytes = this.files.reduce((sum, file) => sum + file.bytes, 0);
  }

  place(piece: number): PiecePlace {
    const file = this.#fileOf(piece);
    const within = piece - file.firstPiece;
    const from = within * MODEL_PIECE_BYTES;
    const digest = file.pieceSha256.subarray(within * DIGEST_BYTES, (within + 1) * DIGEST_BYTES);
    return { file, from, to: Math.min(from + MODEL_PIECE_BYTES, file.bytes), sha256: digest.length === DIGEST_BYTES ? digest.toString('hex') : undefined };
  }

  /** Numbers of the pieces that the bytes [from, to) of a file touch. */
  touched(file: LaidFile, from: number, to: number): number[] {
    const first = Math.floor(from / MODEL_PIECE_BYTES);
    const last = Math.ceil(to / MODEL_PIECE_BYTES);
    return Array.from({ length: last - first }, (_, n) => file.firstPiece + first + n);
  }

  /** Takes over piece digests that the controller did not know before. */
  learn(manifest: Pick<ModelManifest, 'files'>): void {
    const known = new Map(manifest.files.map((file) => [file.path, file]));
    for (const file of this.files as (LaidFile & ModelFile)[]) {
      const told = known.get(file.path);
      if (told?.sha256 === file.sha256 && told.bytes === file.bytes && file.pieceSha256.length === 0) file.pieceSha256 = told.pieceSha256;
    }
  }

  /** Whether every piece can be judged by itself. */
  get judgeable(): boolean {
    return this.files.every((file) => file.pieceSha256.length === file.pieces * DIGEST_BYTES);
  }

  #fileOf(piece: number): LaidFile {
    let [low, high] = [0, this.files.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.files[middle]?.firstPiece ?? Infinity) <= piece) low = middle;
      else high = middle - 1;
    }
    // Empty files share the number of the next piece: the last file that starts there is the one that has it.
    const file = this.files[low];
    if (!file || piece >= this.pieces || piece < 0) throw new RangeError(`there is no piece ${piece}`);
    return file;
  }
}
