/** What an ELF file asks the loader for. */
export interface ElfNeeds {
  /** Path of the program interpreter; undefined for libraries. */
  readonly interpreter: string | undefined;
  readonly libraries: readonly string[];
  /** RPATH and RUNPATH entries as written, such as "$ORIGIN". */
  readonly searchPaths: readonly string[];
}

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT_NEEDED = 1n;
const DT_STRTAB = 5n;
const DT_RPATH = 15n;
const DT_RUNPATH = 29n;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: bigint;
  readonly size: number;
}

/** Reads a 64-bit little-endian ELF file; undefined for anything else. */
export function readElf(file: Buffer): ElfNeeds | undefined {
  const isElf64 = file.length > 64 && file.readUInt32BE(0) === 0x7f454c46 && file[4] === 2 && file[5] === 1;
  if (!isElf64) return undefined;
  const segments = readSegments(file);
  const interpreter = segments.find(({ type }) => type === PT_INTERP);
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  const entries = dynamic ? readDynamic(file, dynamic) : [];
  const strings = fileOffset(segments, entries.find(([tag]) => tag === DT_STRTAB)?.[1]);
  const texts = (wanted: readonly bigint[]) => entries.filter(([tag]) => wanted.includes(tag)).map(([, value]) => textAt(file, (strings ?? 0) + Number(value)));
  return {
    interpreter: interpreter && textAt(file, interpreter.offset),
    libraries: strings === undefined ? [] : texts([DT_NEEDED]),
    searchPaths: strings === undefined ? [] : texts([DT_RPATH, DT_RUNPATH]).flatMap((path) => path.split(':')),
  };
}

function readSegments(file: Buffer): Segment[] {
  const table = Number(file.readBigUInt64LE(32));
  const size = file.readUInt16LE(54);
  return Array.from({ length: file.readUInt16LE(56) }, (_, index) => {
    const at = table + index * size;
    return { type: file.readUInt32LE(at), offset: Number(file.readBigUInt64LE(at + 8)), address: file.readBigUInt64LE(at + 16), size: Number(file.readBigUInt64LE(at + 32)) };
  });
}

function readDynamic(file: Buffer, { offset, size }: Segment): [bigint, bigint][] {
  return Array.from({ length: Math.floor(size / 16) }, (_, index) => [file.readBigUInt64LE(offset + index * 16), file.readBigUInt64LE(offset + index * 16 + 8)]);
}

function fileOffset(segments: readonly Segment[], address: bigint | undefined): number | undefined {
  if (address === undefined) return undefined;
  const segment = segments.find(({ type, address: start, size }) => type === PT_LOAD && address >= start && address < start + BigInt(size));
  return segment && segment.offset + Number(address - segment.address);
}

function textAt(file: Buffer, at: number): string {
  return file.toString('utf8', at, file.indexOf(0, at));
}
