/** A set of piece numbers as a bitmap: piece n is bit n % 8 of byte n / 8. */
export class PieceSet {
  readonly bytes: Buffer;
  #count = 0;

  constructor(readonly size: number, from?: Uint8Array) {
    this.bytes = Buffer.alloc(Math.ceil(size / 8));
    if (!from) return;
    this.bytes.set(from.subarray(0, this.bytes.length));
    // Bits behind the last piece mean nothing, whoever sent them.
    if (size % 8 > 0) this.bytes[this.bytes.length - 1] = (this.bytes.at(-1) ?? 0) & ((1 << size % 8) - 1);
    for (const byte of this.bytes) this.#count += bitsOf(byte);
  }

  get count(): number {
    return this.#count;
  }

  get full(): boolean {
    return this.#count === this.size;
  }

  has(piece: number): boolean {
    return ((this.bytes[piece >> 3] ?? 0) & (1 << (piece & 7))) !== 0;
  }

  add(piece: number): void {
    if (this.has(piece)) return;
    this.bytes[piece >> 3] = (this.bytes[piece >> 3] ?? 0) | (1 << (piece & 7));
    this.#count += 1;
  }

  delete(piece: number): void {
    if (!this.has(piece)) return;
    this.bytes[piece >> 3] = (this.bytes[piece >> 3] ?? 0) & ~(1 << (piece & 7));
    this.#count -= 1;
  }
}

function bitsOf(byte: number): number {
  let bits = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) bits += 1;
  return bits;
}
