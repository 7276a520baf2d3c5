import sglang0518 from './data/sglang-0.5.18.json' with { type: 'json' };
import vllm0180 from './data/vllm-0.18.0.json' with { type: 'json' };
import vllm0320 from './data/vllm-0.32.0.json' with { type: 'json' };
import { flagListSchema, type FlagList } from './flag-list.js';
import { versionOf, type Version } from './image-version.js';

/** Versions whose flags were read, oldest first. */
const FILES: Readonly<Record<FlagList['engine'], readonly { readonly version: string }[]>> = { vllm: [vllm0180, vllm0320], sglang: [sglang0518] };

const read = new Map<object, FlagList>();

export interface KnownFlags {
  readonly list: FlagList;
  /** False: nobody read the flags of the version that runs; the list is of the nearest one. */
  readonly exact: boolean;
}

/**
 * The flags of the version that runs, or of the nearest version that was read; the older of two that are as near, for a flag lives on more often than not.
 * @param running image reference, tag or version as a node or an administrator names it
 * @param shipped tag of the image this release brings: taken where `running` names no version
 */
export function knownFlags(engine: FlagList['engine'], running: string, shipped: string): KnownFlags {
  const wanted = versionOf(running) ?? versionOf(shipped);
  const exact = FILES[engine].find(({ version }) => version === wanted?.text && versionOf(running) !== undefined);
  const nearest = exact ?? [...FILES[engine]].sort((a, b) => distance(a.version, wanted) - distance(b.version, wanted))[0];
  if (!nearest) throw new Error(`no list of flags comes with ${engine}`);
  return { list: parsed(nearest), exact: exact !== undefined };
}

export function readVersions(engine: FlagList['engine']): readonly FlagList[] {
  return FILES[engine].map(parsed);
}

/** Most starts need none of them: read when asked for. */
function parsed(file: object): FlagList {
  const list = read.get(file) ?? flagListSchema.parse(file);
  read.set(file, list);
  return list;
}

function distance(known: string, wanted: Version | undefined): number {
  const here = versionOf(known);
  if (!here || !wanted) return 0;
  return Math.abs(here.major - wanted.major) * 1e8 + Math.abs(here.minor - wanted.minor) * 1e4 + Math.abs(here.patch - wanted.patch);
}
