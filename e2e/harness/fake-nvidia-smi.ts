import { writeFileSync } from 'node:fs';

/**
 * Writes a program that answers as nvidia-smi of a node with A100 cards does, as far as the agent asks.
 * @returns its path
 */
export function fakeNvidiaSmi(file: string, node: string, cards: number): string {
  const rows = Array.from({ length: cards }, (_, index) => ({
    index: String(index), uuid: `GPU-${hex(`${node} ${index}`)}`, name: 'NVIDIA A100-SXM4-80GB', 'pci.bus_id': `00000000:0${index + 1}:00.0`, 'memory.total': '81920 MiB', 'memory.used': '3 MiB',
    'utilization.gpu': '0 %', 'temperature.gpu': '31', 'power.draw': '61.00 W', 'power.limit': '400.00 W', driver_version: '580.65.06', compute_cap: '8.0', 'mig.mode.current': 'Disabled',
    'ecc.errors.uncorrected.volatile.total': '0',
  }));
  writeFileSync(file, `#!${process.execPath}\n${PROGRAM.replace('ROWS', JSON.stringify(rows))}`, { mode: 0o755 });
  return file;
}

const PROGRAM = `const rows = ROWS;
const fields = (process.argv.find((word) => word.startsWith('--query-gpu=')) ?? '').split('=')[1]?.split(',') ?? [];
const unknown = fields.find((field) => rows[0] && !(field in rows[0]));
if (unknown !== undefined) { console.log('Field "' + unknown + '" is not a valid field to query.'); process.exit(2); }
if (fields.length > 0) console.log([fields, ...rows.map((row) => fields.map((field) => row[field]))].map((line) => line.join(', ')).join('\\n'));
`;

/** 8-4-4-4-12 digits that are always the same for a name. */
function hex(name: string): string {
  const digits = Buffer.from(name.padEnd(16, '.')).toString('hex').slice(0, 32);
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
