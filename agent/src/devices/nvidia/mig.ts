import type { MigInstance } from '@openstation/proto';

const MIB = 1024 * 1024;

interface ListedInstance {
  readonly parent: string;
  readonly device: number;
  readonly uuid: string;
  readonly name: string;
}

/** Instances in `nvidia-smi -L`: lines below their card, `MIG 3g.40gb Device 0: (UUID: MIG-…)`. */
export function parseMigList(text: string): ListedInstance[] {
  const found: ListedInstance[] = [];
  let parent = '';
  for (const line of text.split(/\r?\n/)) {
    const card = /^GPU \d+:.*\(UUID: (GPU-[0-9a-f-]+)\)/i.exec(line);
    if (card) parent = card[1] ?? '';
    const slice = /^\s+MIG (\S+)\s+Device\s+(\d+):\s+\(UUID: (MIG-[^)]+)\)/i.exec(line);
    if (slice && parent !== '') found.push({ parent, name: slice[1] ?? '', device: Number(slice[2]), uuid: slice[3] ?? '' });
  }
  return found;
}

/** Memory of each instance in `nvidia-smi -q -x`: bytes by `<card uuid>/<device index>`. */
export function parseMigMemory(xml: string): Map<string, number> {
  const memory = new Map<string, number>();
  for (const [, card = ''] of xml.matchAll(/<gpu id=[^>]*>([\s\S]*?)<\/gpu>/g)) {
    const uuid = /<uuid>(GPU-[0-9a-f-]+)<\/uuid>/i.exec(card)?.[1];
    for (const [, device = ''] of card.matchAll(/<mig_device>([\s\S]*?)<\/mig_device>/g)) {
      const index = /<index>\s*(\d+)\s*<\/index>/.exec(device)?.[1];
      const total = /<fb_memory_usage>\s*<total>\s*(\d+) MiB<\/total>/.exec(device)?.[1];
      if (uuid !== undefined && index !== undefined && total !== undefined) memory.set(`${uuid}/${index}`, Number(total) * MIB);
    }
  }
  return memory;
}

/** The nominal size in the name of an instance (`3g.40gb`), for drivers whose report does not tell: a little above the true one. */
function nominalBytes(name: string): number {
  const gigabytes = /\.(\d+)gb/i.exec(name)?.[1];
  return gigabytes === undefined ? 0 : Number(gigabytes) * 1024 * MIB;
}

export function migInstances(listed: readonly ListedInstance[], memory: ReadonlyMap<string, number>): Map<string, MigInstance[]> {
  const cards = new Map<string, MigInstance[]>();
  for (const { parent, device, uuid, name } of listed) {
    const instances = cards.get(parent) ?? [];
    instances.push({ uuid, name, memoryBytes: memory.get(`${parent}/${device}`) ?? nominalBytes(name) });
    cards.set(parent, instances);
  }
  return cards;
}
