import type { z } from 'zod';
import type { preflightRowSchema } from './bootstrap.schema.js';
import type { RootMode } from './root-shell.js';
import { engineRow } from './preflight-engine.machine.js';
import { gpuRows } from './preflight-gpu.machine.js';
import type { ServerFacts } from './server-facts.js';
import { atLeast } from './version-order.js';

export type PreflightRow = z.infer<typeof preflightRowSchema>;

/** What is asked of a server, and what the controller found out by itself. */
export interface PreflightWants {
  readonly type: 'gpu' | 'cpu';
  readonly rootMode: RootMode;
  readonly rootRefusal: string;
  readonly sshLatencyMs: number;
  /** "host:port" of the controller, as the server is to reach them. */
  readonly targets: readonly string[];
  /** The server's clock minus the controller's; null when it is not known. */
  readonly clockOffsetMs: number | null;
  readonly dataPort: number;
  /** Nodes that are there already. */
  readonly nodes: readonly { readonly name: string; readonly machineId: string; readonly bootId: string }[];
}

const GIB = 2 ** 30;
/** Images of the GPU engines unpack to some 20–30 GiB; the CPU ones to a few. */
const DOCKER_BYTES = { gpu: { least: 20 * GIB, wanted: 60 * GIB }, cpu: { least: 5 * GIB, wanted: 20 * GIB } } as const;
const MODEL_BYTES = { least: 2 * GIB, wanted: 50 * GIB } as const;
const MEMORY_BYTES = { least: 1 * GIB, wanted: 8 * GIB } as const;
/** Certificates are backdated by an hour; beyond a minute, logs and tokens already mislead. */
const CLOCK_MS = { warn: 60_000, fail: 30 * 60_000 } as const;
/** The oldest the agent's own runtime needs; older systems get the libraries from the agent's archive. */
const GLIBC = '2.28';
const OLDEST_KERNEL = '3.10';

/** The report on a server before anything is changed on it. Pure: the same facts, the same rows. */
export function judge(facts: ServerFacts, wants: PreflightWants): PreflightRow[] {
  return [
    pass('reach-server', `SSH in ${wants.sshLatencyMs} ms`, 'SSH'),
    reachController(facts, wants),
    rootRow(wants),
    osRow(facts),
    kernelRow(facts),
    archRow(facts),
    libcRow(facts),
    toolsRow(facts),
    diskRow('disk-docker', 'docker', facts, DOCKER_BYTES[wants.type]),
    diskRow('disk-models', 'models', facts, MODEL_BYTES),
    memoryRow(facts),
    clockRow(wants),
    portsRow(facts, wants),
    interfacesRow(facts),
    engineRow(facts),
    ...gpuRows(facts, wants.type),
    leftoversRow(facts),
    identityRow(facts, wants),
  ];
}

/** Rows that no "despite failures" can override: going on could not end well. */
const BINDING: ReadonlySet<string> = new Set(['root', 'arch', 'libc']);

export interface Consent {
  readonly fixes: readonly string[];
  readonly despiteFailures: boolean;
}

/** The failing rows that still keep the job from going on: neither mended by an agreed or automatic fix nor waved through. */
export function blocking(rows: readonly PreflightRow[], { fixes, despiteFailures }: Consent): PreflightRow[] {
  return rows.filter((row) => row.result === 'fail' && !isMended(row, fixes) && !(despiteFailures && !BINDING.has(row.id)));
}

/** Ids of the fixes that are carried out. */
export function agreedFixes(rows: readonly PreflightRow[], fixes: readonly string[]): string[] {
  return rows.flatMap((row) => (row.fix && isMended(row, fixes) ? [row.fix.id] : []));
}

function isMended({ fix }: PreflightRow, fixes: readonly string[]): boolean {
  return fix !== null && ((fix.automatic && !fix.dangerous) || fixes.includes(fix.id));
}

export function pass(id: string, measured: string, wanted: string): PreflightRow {
  return { id, result: 'pass', measured, wanted, advice: '', fix: null };
}

function reachController(facts: ServerFacts, { targets }: PreflightWants): PreflightRow {
  const states = targets.map((target) => ({ target, state: facts.get(`reach.${target}`) || 'unknown' }));
  const measured = states.map(({ target, state }) => `${target} ${state}`).join(', ');
  const base = { id: 'reach-controller', measured, wanted: `the server reaches ${targets.join(' and ')}`, fix: null };
  const bad = states.filter(({ state }) => state === 'refused' || state === 'silent');
  if (bad.some(({ state }) => state === 'silent')) {
    return { ...base, result: 'fail', advice: 'Nothing answers: let the server through the firewall to these ports, or set the public address of the controller (Settings) to one this server can reach.' };
  }
  if (bad.length > 0) return { ...base, result: 'fail', advice: 'The connection is refused: the address leads to another machine or a firewall rejects it. Set the public address of the controller (Settings) to one this server can reach.' };
  if (states.some(({ state }) => state === 'unknown')) return { ...base, result: 'warn', advice: 'The server has no tool to try it with (bash, nc, curl, python3): the agent will show whether it works.' };
  return { ...base, result: 'pass', advice: '' };
}

function rootRow({ rootMode, rootRefusal }: PreflightWants): PreflightRow {
  const words = { root: 'root', sudo: 'sudo with password', 'sudo-free': 'sudo without password', none: rootRefusal } as const;
  const base = { id: 'root', measured: words[rootMode], wanted: 'root or sudo', fix: null };
  if (rootMode !== 'none') return { ...base, result: 'pass', advice: '' };
  return { ...base, result: 'fail', advice: 'Sign in as root, or as a user whom sudo lets become root.' };
}

const KNOWN_SYSTEMS: Readonly<Record<string, string>> = {
  ubuntu: '18.04', debian: '11', centos: '7', rhel: '7', rocky: '8', almalinux: '8', ol: '8', fedora: '38', 'opensuse-leap': '15', sles: '15', openEuler: '20.03', anolis: '8',
};

function osRow(facts: ServerFacts): PreflightRow {
  const id = facts.get('os.id');
  const oldest = KNOWN_SYSTEMS[id];
  const base = { id: 'os', measured: facts.get('os.name') || id || 'unknown', wanted: 'Ubuntu ≥ 18.04, Debian ≥ 11, CentOS/RHEL ≥ 7, Rocky/Alma ≥ 8 or alike', fix: null };
  if (oldest !== undefined && atLeast(facts.get('os.version'), oldest)) return { ...base, result: 'pass', advice: '' };
  if (oldest !== undefined) return { ...base, result: 'fail', advice: `This version is too old: upgrade to ${oldest} or newer.` };
  return { ...base, result: 'warn', advice: 'This system is not among those that are tried: the steps may need a hand.' };
}

function kernelRow(facts: ServerFacts): PreflightRow {
  const base = { id: 'kernel', measured: facts.get('kernel') || 'unknown', wanted: `Linux ≥ ${OLDEST_KERNEL}`, fix: null };
  return atLeast(facts.get('kernel'), OLDEST_KERNEL) ? { ...base, result: 'pass', advice: '' } : { ...base, result: 'fail', advice: 'Containers need a newer kernel: upgrade the system.' };
}

const ARCHITECTURES: Readonly<Record<string, 'x64' | 'arm64'>> = { x86_64: 'x64', amd64: 'x64', aarch64: 'arm64', arm64: 'arm64' };

/** The architecture in the agent's words; undefined when there is no agent for it. */
export function agentArch(facts: ServerFacts): 'x64' | 'arm64' | undefined {
  return ARCHITECTURES[facts.get('arch')];
}

function archRow(facts: ServerFacts): PreflightRow {
  const base = { id: 'arch', measured: facts.get('arch') || 'unknown', wanted: 'x86_64 or aarch64', fix: null };
  return agentArch(facts) ? { ...base, result: 'pass', advice: '' } : { ...base, result: 'fail', advice: 'There is no agent for this processor.' };
}

function libcRow(facts: ServerFacts): PreflightRow {
  const libc = facts.get('libc');
  const base = { id: 'libc', measured: libc || 'unknown', wanted: `glibc ≥ ${GLIBC}, older ones from 2.17`, fix: null };
  if (/musl/i.test(libc)) return { ...base, result: 'fail', advice: 'The agent needs glibc: use a distribution with it (Debian, Ubuntu, RHEL and alike).' };
  const version = /(\d+\.\d+)\s*$/.exec(libc)?.[1];
  if (version === undefined) return { ...base, result: 'warn', advice: 'The C library is not known: the agent will show whether it runs.' };
  if (atLeast(version, GLIBC)) return { ...base, result: 'pass', advice: '' };
  if (atLeast(version, '2.17')) return { ...base, result: 'warn', advice: 'An old C library: the agent runs with the libraries in its own archive.' };
  return { ...base, result: 'fail', advice: 'The C library is too old: upgrade the system.' };
}

function toolsRow(facts: ServerFacts): PreflightRow {
  const missing = ['tar', 'gzip', 'sha256sum'].filter((tool) => facts.has(`missing.${tool}`));
  const base = { id: 'tools', measured: missing.length === 0 ? 'all there' : `missing: ${missing.join(', ')}`, wanted: 'tar, gzip, sha256sum', fix: null };
  return missing.length === 0 ? { ...base, result: 'pass', advice: '' } : { ...base, result: 'fail', advice: `Install ${missing.join(', ')} with the system's package manager, then check again.` };
}

function diskRow(id: string, disk: string, facts: ServerFacts, { least, wanted }: { least: number; wanted: number }): PreflightRow {
  const free = facts.number(`disk.${disk}.free`);
  const where = facts.get(`disk.${disk}.path`);
  const base = { id, measured: free === null ? 'unknown' : `${gib(free)} free for ${where}`, wanted: `≥ ${gib(wanted)}, at least ${gib(least)}`, fix: null };
  if (facts.has(`disk.${disk}.readonly`)) return { ...base, measured: `${where} is on a read-only file system`, result: 'fail', advice: 'Mount it writable: a file system that turned read-only by itself has usually a broken disk.' };
  if (free === null) return { ...base, result: 'warn', advice: 'The free space could not be read.' };
  if (free < least) return { ...base, result: 'fail', advice: `Make room on ${facts.get(`disk.${disk}.mount`)}, or put ${where} on a larger disk.` };
  return free < wanted ? { ...base, result: 'warn', advice: `Large images and models will not fit: plan a larger disk for ${where}.` } : { ...base, result: 'pass', advice: '' };
}

function memoryRow(facts: ServerFacts): PreflightRow {
  const total = facts.number('memory.total');
  const base = { id: 'memory', measured: total === null ? 'unknown' : gib(total), wanted: `≥ ${gib(MEMORY_BYTES.wanted)}`, fix: null };
  if (total === null) return { ...base, result: 'warn', advice: 'The memory could not be read.' };
  if (total < MEMORY_BYTES.least) return { ...base, result: 'fail', advice: 'Too little memory for an engine of any size.' };
  // A little less is what firmware and kernel keep of the same module size.
  return total < MEMORY_BYTES.wanted * 0.9 ? { ...base, result: 'warn', advice: 'Only very small models will fit.' } : { ...base, result: 'pass', advice: '' };
}

function clockRow({ clockOffsetMs }: PreflightWants): PreflightRow {
  const base = { id: 'clock', measured: clockOffsetMs === null ? 'unknown' : `${(clockOffsetMs / 1000).toFixed(0)} s against the controller`, wanted: 'within 60 s', fix: null };
  if (clockOffsetMs === null) return { ...base, result: 'warn', advice: 'The clock could not be read.' };
  if (Math.abs(clockOffsetMs) > CLOCK_MS.fail) return { ...base, result: 'fail', advice: 'Certificates would count as expired or not yet valid: turn on time synchronisation (timedatectl set-ntp true), on both machines.' };
  return Math.abs(clockOffsetMs) > CLOCK_MS.warn ? { ...base, result: 'warn', advice: 'Turn on time synchronisation (timedatectl set-ntp true).' } : { ...base, result: 'pass', advice: '' };
}

function portsRow(facts: ServerFacts, { dataPort }: PreflightWants): PreflightRow {
  const taken = facts.get('ports.listening').split(' ').includes(String(dataPort));
  const base = { id: 'ports', measured: taken ? `${dataPort} is taken` : `${dataPort} is free`, wanted: `${dataPort} free for the agent`, fix: null };
  if (!taken) return { ...base, result: 'pass', advice: '' };
  if (facts.has('leftover.running')) return { ...base, result: 'warn', advice: 'An earlier agent holds it: it will be replaced.' };
  return { ...base, result: 'fail', advice: `Another program listens on port ${dataPort} (ss -ltnp 'sport = :${dataPort}' names it): stop it or move it.` };
}

function interfacesRow(facts: ServerFacts): PreflightRow {
  const interfaces = facts.names().filter((name) => name.startsWith('interface.'));
  const measured = interfaces.map((name) => `${name.slice('interface.'.length)} ${facts.all(name).join(' ')}`).join(', ');
  const base = { id: 'interfaces', measured: measured || 'none seen', wanted: 'an address that is not loopback', fix: null };
  return interfaces.length > 0 ? { ...base, result: 'pass', advice: '' } : { ...base, result: 'warn', advice: 'No interface could be listed (is iproute2 missing?).' };
}

function leftoversRow(facts: ServerFacts): PreflightRow {
  const found = ['unit', 'program', 'data', 'record'].filter((kind) => facts.has(`leftover.${kind}`));
  const base = { id: 'leftovers', measured: found.length === 0 ? 'none' : found.map((kind) => facts.get(`leftover.${kind}`)).join(', '), wanted: 'no earlier agent', fix: null };
  if (found.length === 0) return { ...base, result: 'pass', advice: '' };
  const running = facts.has('leftover.running');
  return { ...base, result: 'warn', advice: running ? 'An agent of this or another controller runs here: it will be replaced and then belongs to this one.' : 'Of an earlier agent: it will be replaced; its cached models are kept.' };
}

function identityRow(facts: ServerFacts, { nodes }: PreflightWants): PreflightRow {
  const machineId = facts.get('machine.id');
  const base = { id: 'machine-identity', measured: machineId || 'none', wanted: 'an id that no other node has', fix: null };
  if (machineId === '') return { ...base, result: 'warn', advice: 'The server has no /etc/machine-id: make one with systemd-machine-id-setup.' };
  const same = nodes.filter((node) => node.machineId === machineId);
  const clone = same.find(({ bootId }) => bootId !== '' && bootId !== facts.get('boot.id'));
  if (clone) return { ...base, result: 'fail', advice: `Node ${clone.name} has the same machine id: this server's disk is a copy. Give it one of its own: rm /etc/machine-id && systemd-machine-id-setup, then restart it.` };
  const itself = same[0];
  return itself ? { ...base, result: 'warn', advice: `This server is node ${itself.name} already: remove that node first, or give up here.` } : { ...base, result: 'pass', advice: '' };
}

function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(bytes < 10 * GIB ? 1 : 0)} GiB`;
}
