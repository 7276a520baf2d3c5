import type { Engine, EngineParameter } from './engine.js';
import type { EngineFlag } from './flag-list.js';
import { knownFlags } from './flag-lists.js';
import { shippedImage } from './shipped-images.js';

/** A flag with what the platform adds to the engine's own word on it. */
export interface KnownFlag extends EngineFlag {
  readonly field?: EngineParameter['field'];
}

export interface KnownParameters {
  readonly flags: readonly KnownFlag[];
  /** Version whose list this is; null: the engine's own short list, whatever the version. */
  readonly version: string | null;
  /** False: the flags of the running version were never read, and this is the nearest list. */
  readonly exact: boolean;
}

type Described = Pick<Engine, 'id' | 'name' | 'parameters' | 'flags'>;

/** What may be given to the version that runs. @param running image, tag or version; empty: the shipped one */
export function knownParameters({ id, parameters, flags: family }: Described, running = ''): KnownParameters {
  if (family === undefined) return { flags: parameters.map((one) => fromParameter(one)), version: null, exact: true };
  const shipped = shippedImage(id) ?? '';
  const { list, exact } = knownFlags(family, running === '' ? shipped : running, shipped);
  return { flags: list.flags.map((flag) => ({ ...flag, ...platformWord(flag, parameters) })), version: list.version, exact };
}

/** Bounds that make sense here are narrower than what a parser lets through. */
function platformWord({ flag }: EngineFlag, parameters: readonly EngineParameter[]): Partial<KnownFlag> {
  const own = parameters.find((one) => one.flag === flag);
  return own ? { ...(own.min === undefined ? {} : { ge: own.min, gt: undefined }), ...(own.max === undefined ? {} : { le: own.max, lt: undefined }), field: own.field } : {};
}

function fromParameter({ flag, aliases = [], type, choices, min, max, field }: EngineParameter): KnownFlag {
  const types = { integer: 'integer', number: 'number', string: 'text', boolean: 'switch', choice: 'text' } as const;
  return { flag: flag as EngineFlag['flag'], aliases: [...aliases], type: types[type], ...(choices ? { choices: [...choices] } : {}), ge: min, le: max, field, deprecated: false };
}
