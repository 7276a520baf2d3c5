import { writeFileSync } from 'node:fs';

/** A kind of card as nvidia-smi prints it. */
export interface CardKind {
  readonly name: string;
  readonly mebibytes: number;
  readonly capability: string;
  readonly watts: number;
}

export const A100: CardKind = { name: 'NVIDIA A100-SXM4-80GB', mebibytes: 81_920, capability: '8.0', watts: 400 };
export const L40S: CardKind = { name: 'NVIDIA L40S', mebibytes: 46_068, capability: '8.9', watts: 350 };

/**
 * Replaces the nvidia-smi of a node by one whose cards are at work: each engine process that got a card (its
 * CUDA_VISIBLE_DEVICES) takes memory and time of it. Made for pictures: figures move a little, as real ones do.
 */
export function busyNvidiaSmi(file: string, kind: CardKind, uuids: readonly string[]): void {
  writeFileSync(file, `#!${process.execPath}\n${PROGRAM.replace('KIND', JSON.stringify(kind)).replace('UUIDS', JSON.stringify(uuids))}`, { mode: 0o755 });
}

const PROGRAM = `const { readFileSync, readdirSync } = require('node:fs');
const kind = KIND, uuids = UUIDS;
const apps = [];
for (const pid of readdirSync('/proc').filter((name) => /^\\d+$/.test(name))) {
  try {
    if (/\\b(?:bwrap|unshare|setpriv|systemd-run|prlimit|sh)$/.test(readFileSync('/proc/' + pid + '/comm', 'utf8').trim())) continue; // what confines an engine, not the engine
    const [, seen] = /(?:^|\\0)CUDA_VISIBLE_DEVICES=([^\\0]*)/.exec(readFileSync('/proc/' + pid + '/environ', 'latin1')) ?? [];
    for (const uuid of uuids.filter((each) => seen && seen.includes(each))) apps.push({ uuid, pid: Number(pid), used: Math.round(kind.mebibytes * (0.62 + 0.26 * ((Number(pid) * 7919 % 97) / 97))) });
  } catch { /* it ended, or is not ours */ }
}
const wave = (index, from, to, minutes) => from + (to - from) * (0.5 + 0.5 * Math.sin(Date.now() / (minutes * 60000) * 6.283 + index * 1.7));
const rows = uuids.map((uuid, index) => {
  const used = apps.filter((app) => app.uuid === uuid).reduce((sum, app) => sum + app.used, 0), busy = used > 0;
  return { index: String(index), uuid, name: kind.name, 'pci.bus_id': '00000000:0' + (index + 1) + ':00.0', 'memory.total': kind.mebibytes + ' MiB', 'memory.used': (used + 3) + ' MiB',
    'utilization.gpu': Math.round(busy ? wave(index, 38, 91, 3) : 0) + ' %', 'temperature.gpu': String(Math.round(busy ? wave(index, 52, 66, 5) : 31)), 'power.draw': (busy ? wave(index, 0.5, 0.8, 4) * kind.watts : 61).toFixed(2) + ' W', 'power.limit': kind.watts + '.00 W',
    driver_version: '580.65.06', compute_cap: kind.capability, 'mig.mode.current': 'Disabled', 'ecc.errors.uncorrected.volatile.total': '0' };
});
const argument = (name) => (process.argv.find((word) => word.startsWith(name)) ?? '').split('=')[1]?.split(',') ?? [];
const fields = argument('--query-gpu='), unknown = fields.find((field) => !(field in rows[0]));
if (argument('--query-compute-apps=').length > 0) console.log(apps.map(({ uuid, pid, used }) => uuid + ', ' + pid + ', ' + used + ', /usr/bin/python3').join('\\n'));
else if (unknown !== undefined) { console.log('Field "' + unknown + '" is not a valid field to query.'); process.exit(2); }
else if (fields.length > 0) console.log([fields, ...rows.map((row) => fields.map((field) => row[field]))].map((line) => line.join(', ')).join('\\n'));
`;
