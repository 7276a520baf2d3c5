import { NodeNotice_Severity as Severity, type NodeNotice } from '@openstation/proto';

/** What the node looks like now, as far as people want to know when it changes. */
export interface NodeView {
  readonly atMs: number;
  readonly gpus: readonly { readonly uuid: string; readonly name: string; readonly index: number; readonly health: string; readonly message: string; readonly eccUncorrected: number | undefined; readonly temperatureCelsius: number | undefined }[];
  /** News only: what the kernel said since the last view. */
  readonly events: readonly { readonly uuid: string; readonly number: number; readonly text: string; readonly meaning: string; readonly severity: 'info' | 'warning' | 'error'; readonly atMs: number }[];
  readonly disks: readonly { readonly mount: string; readonly usedRatio: number | undefined }[];
  readonly engines: readonly { readonly name: string; readonly available: boolean; readonly hanging: boolean; readonly message: string }[];
  /** Wall clock minus monotonic clock, milliseconds: it changes only when somebody sets the clock, or the machine slept. */
  readonly clockOffsetMs: number;
}

/** What was told already. Plain data: it outlives the agent's process, so that a restart tells nothing twice. */
export interface Told {
  /** Cards in trouble, by uuid: the word that was told. */
  readonly gpus: Readonly<Record<string, string>>;
  readonly ecc: Readonly<Record<string, number>>;
  readonly fullDisks: readonly string[];
  /** Container engines that were available once, by name: whether they are. */
  readonly engines: Readonly<Record<string, boolean>>;
}

export const NOTHING_TOLD: Told = { gpus: {}, ecc: {}, fullDisks: [], engines: {} };

const FULL_FROM = 0.95;
const FREE_BELOW = 0.92;
/** A hot card counts as cool again this far below what made it hot. */
const COOL_BELOW_CELSIUS = 85;
const CLOCK_STEP_MS = 2000;

type GpuView = NodeView['gpus'][number];

interface Outcome {
  readonly told: Told;
  readonly notices: readonly NodeNotice[];
}

/** What is new against what was told, each change once. `before` is the view before this one, undefined for the first. */
export function nodeChanges(told: Told, now: NodeView, before: Pick<NodeView, 'clockOffsetMs'> | undefined): Outcome {
  const gpus = gpuChanges(told, now);
  const disks = diskChanges(told.fullDisks, now);
  const engines = engineChanges(told.engines, now);
  return {
    told: { ...gpus.told, fullDisks: disks.full, engines: engines.told },
    notices: [...now.events.map(xidNotice), ...gpus.notices, ...disks.notices, ...engines.notices, ...clockChange(now, before)],
  };
}

function xidNotice(event: NodeView['events'][number]): NodeNotice {
  const severity = { info: Severity.INFO, warning: Severity.WARNING, error: Severity.ERROR }[event.severity];
  const words = event.text === '' ? '' : ` The kernel says: ${event.text}`;
  return { severity, code: 'gpu-xid', subject: event.uuid, message: `Xid ${event.number}: ${event.meaning}.${words}`, atMs: Math.round(event.atMs) };
}

const TROUBLE: Readonly<Record<string, readonly [code: string, severity: Severity]>> = {
  lost: ['gpu-lost', Severity.ERROR],
  error: ['gpu-error', Severity.ERROR],
  unknown: ['gpu-silent', Severity.WARNING],
  hot: ['gpu-hot', Severity.WARNING],
};

function gpuChanges(told: Told, now: NodeView): { told: Pick<Told, 'gpus' | 'ecc'>; notices: NodeNotice[] } {
  const gpus = new Map(Object.entries(told.gpus));
  const ecc = new Map(Object.entries(told.ecc));
  const notices: NodeNotice[] = [];
  for (const gpu of now.gpus) {
    const before = gpus.get(gpu.uuid);
    const word = wordOf(gpu, before);
    if (word !== before) notices.push(troubleNotice(gpu, word, before, now.atMs));
    if (word === undefined) gpus.delete(gpu.uuid);
    else gpus.set(gpu.uuid, word);
    if (gpu.eccUncorrected === undefined) continue;
    if (gpu.eccUncorrected > (ecc.get(gpu.uuid) ?? 0)) notices.push(eccNotice(gpu, gpu.eccUncorrected, now.atMs));
    ecc.set(gpu.uuid, gpu.eccUncorrected);
  }
  return { told: { gpus: Object.fromEntries(gpus), ecc: Object.fromEntries(ecc) }, notices };
}

/** The trouble a card is in, undefined when it is in none that is told here (memory errors and Xids have notices of their own). */
function wordOf(gpu: GpuView, before: string | undefined): string | undefined {
  if (gpu.health === 'ok' && before === 'hot' && (gpu.temperatureCelsius ?? 0) >= COOL_BELOW_CELSIUS) return 'hot';
  return gpu.health in TROUBLE ? gpu.health : undefined;
}

function troubleNotice(gpu: GpuView, word: string | undefined, before: string | undefined, atMs: number): NodeNotice {
  const [code, severity] = TROUBLE[word ?? ''] ?? ['gpu-recovered', Severity.INFO];
  const message = word === undefined ? `${who(gpu)} is back: it was ${WORDS[before ?? ''] ?? 'in trouble'}` : `${who(gpu)}: ${gpu.message}`;
  return { severity, code, subject: gpu.uuid, message, atMs };
}

function eccNotice(gpu: GpuView, errors: number, atMs: number): NodeNotice {
  const message = `${who(gpu)}: ${errors} uncorrected memory error${errors === 1 ? '' : 's'} since the driver was loaded: reset the card or restart the machine`;
  return { severity: Severity.ERROR, code: 'gpu-ecc', subject: gpu.uuid, message, atMs };
}

function who(gpu: GpuView): string {
  return `GPU ${gpu.index}${gpu.name === '' ? '' : ` (${gpu.name})`}`;
}

const WORDS: Readonly<Record<string, string>> = { lost: 'lost', error: 'in error', unknown: 'silent', hot: 'too hot' };

function diskChanges(told: readonly string[], now: NodeView): { full: string[]; notices: NodeNotice[] } {
  const full = new Set(told);
  const notices: NodeNotice[] = [];
  for (const { mount, usedRatio } of now.disks) {
    if (usedRatio === undefined) continue;
    const about = { subject: mount, atMs: now.atMs };
    const percent = Math.floor(usedRatio * 100);
    if (usedRatio >= FULL_FROM && !full.has(mount)) {
      full.add(mount);
      notices.push({ ...about, severity: Severity.ERROR, code: 'disk-full', message: `${mount} is ${percent} % full: models cannot be fetched when it is full; delete cached models or other files` });
    } else if (usedRatio < FREE_BELOW && full.delete(mount)) {
      notices.push({ ...about, severity: Severity.INFO, code: 'disk-recovered', message: `${mount} has room again: ${percent} % full` });
    }
  }
  return { full: [...full], notices };
}

/** An engine that was never there is no news when it is not there: the inventory says so. */
function engineChanges(told: Told['engines'], now: NodeView): { told: Record<string, boolean>; notices: NodeNotice[] } {
  const states: Record<string, boolean> = { ...told };
  const notices: NodeNotice[] = [];
  for (const { name, available, hanging, message } of now.engines) {
    const before = states[name];
    const about = { subject: name, atMs: now.atMs };
    if (available) states[name] = true;
    else if (before !== undefined) states[name] = false;
    if (available && before === false) notices.push({ ...about, severity: Severity.INFO, code: 'container-engine-back', message: `${name} answers again` });
    if (!available && before === true) {
      notices.push({ ...about, severity: Severity.ERROR, code: hanging ? 'container-engine-hangs' : 'container-engine-away', message: `${message}. Running engines are not touched; nothing can be started or stopped through it until it is back` });
    }
  }
  return { told: states, notices };
}

function clockChange(now: NodeView, before: Pick<NodeView, 'clockOffsetMs'> | undefined): NodeNotice[] {
  const stepMs = before === undefined ? 0 : now.clockOffsetMs - before.clockOffsetMs;
  if (Math.abs(stepMs) < CLOCK_STEP_MS) return [];
  const seconds = Math.round(Math.abs(stepMs) / 1000);
  return [{ severity: Severity.WARNING, code: 'clock-step', subject: '', atMs: now.atMs, message: `the clock of this node went ${stepMs > 0 ? 'forward' : 'back'} by ${seconds} s: it was set, or the machine slept` }];
}
