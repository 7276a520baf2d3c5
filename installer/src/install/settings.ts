import { join } from 'node:path';
import { readJsonFile, writeFileAtomic } from '@openstation/kit';
import type { DataDirectory } from './data-directory.js';

/** Listeners by the name of their option. `data` is the local agent's and is chosen, not asked for. */
export interface Ports {
  readonly console: number;
  readonly gateway: number;
  readonly agents: number;
  readonly grpc: number;
  readonly data: number;
}

/** What was chosen at the first start and holds for `status`, `down` and every later start. */
export interface Settings {
  readonly host: string;
  readonly ports: Ports;
  /** Directories outside the clone that models were imported from. */
  readonly importRoots: readonly string[];
}

/** What the command line said; absent means "as before, else the default". */
export interface Wanted {
  readonly host?: string | undefined;
  readonly ports: Partial<Ports>;
  readonly importRoot?: string | undefined;
}

const DEFAULTS: Settings = { host: '127.0.0.1', ports: { console: 32206, gateway: 8080, agents: 30200, grpc: 30201, data: 30210 }, importRoots: [] };
const FILE = 'settings.json';

export async function readSettings(data: DataDirectory): Promise<Settings | undefined> {
  return readJsonFile<Settings>(join(data.run, FILE));
}

export async function rememberSettings(data: DataDirectory, settings: Settings): Promise<void> {
  await writeFileAtomic(join(data.run, FILE), `${JSON.stringify(settings, null, 2)}\n`);
}

/** Command line over memory over defaults. */
export function settle(wanted: Wanted, remembered: Settings | undefined): Settings {
  const before = remembered ?? DEFAULTS;
  const ports = Object.fromEntries(Object.entries(before.ports).map(([name, port]) => [name, wanted.ports[name as keyof Ports] ?? port]));
  const importRoots = new Set([...before.importRoots, ...(wanted.importRoot === undefined ? [] : [wanted.importRoot])]);
  return { host: wanted.host ?? before.host, ports: ports as unknown as Ports, importRoots: [...importRoots] };
}

/** Names of the settings of `other` that do not hold in `one`. */
export function differences(one: Settings, other: Settings): string[] {
  const names = Object.keys(one.ports).filter((name) => one.ports[name as keyof Ports] !== other.ports[name as keyof Ports]);
  const roots = other.importRoots.every((root) => one.importRoots.includes(root)) ? [] : ['import roots'];
  return [...(one.host === other.host ? [] : ['host']), ...names, ...roots];
}
