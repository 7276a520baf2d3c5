import type { Gpu, GpuMetrics } from '@openstation/proto';

/** Fields asked for, in order. Renamed or missing ones are dropped one by one (see nvidia-smi.ts). */
export const GPU_FIELDS = ['index', 'uuid', 'name', 'memory.total', 'memory.used', 'utilization.gpu', 'temperature.gpu', 'power.draw', 'driver_version', 'compute_cap'];

const MIB = 1024 * 1024;
const FAULTS = /^\[?(unknown error|gpu is lost)\]?$|^err!$/i;
const ABSENT = /^\[?(n\/a|not supported|insufficient permissions|requested functionality has been deprecated|not found)\]?$/i;

export interface GpuReading {
  readonly gpu: Gpu;
  readonly metrics: GpuMetrics;
}

/** Reads `--format=csv,nounits` with its header line: by column name, never by position; unknown columns are ignored. */
export function parseGpuCsv(text: string): GpuReading[] {
  const [header = '', ...rows] = text.split('\n').filter((row) => row.includes(','));
  const columns = header.split(',').map((column) => column.trim().replace(/\s*\[.*\]$/, ''));
  return rows.map((row) => reading(columns, row.split(',').map((cell) => cell.trim()))).filter((entry) => entry.gpu.uuid !== '');
}

function reading(columns: readonly string[], cells: readonly string[]): GpuReading {
  const cell = (name: string): string => cells[columns.indexOf(name)] ?? '';
  const fault = cells.find((value) => FAULTS.test(value));
  const totalMib = numberOf(cell('memory.total'));
  const usedMib = numberOf(cell('memory.used'));
  const percent = numberOf(cell('utilization.gpu'));
  const uuid = cell('uuid');
  return {
    gpu: {
      index: numberOf(cell('index')) ?? 0,
      uuid,
      name: textOf(cell('name')),
      memoryBytes: (totalMib ?? 0) * MIB,
      driverVersion: textOf(cell('driver_version')).split(' ')[0] ?? '',
      computeCapability: textOf(cell('compute_cap')),
      vendor: 'nvidia',
      pciAddress: '',
      mig: undefined,
    },
    metrics: {
      uuid,
      memoryUsedBytes: usedMib === undefined ? undefined : usedMib * MIB,
      utilisationRatio: percent === undefined ? undefined : percent / 100,
      temperatureCelsius: numberOf(cell('temperature.gpu')),
      powerWatts: numberOf(cell('power.draw')),
      health: fault === undefined ? 'ok' : fault.replace(/^\[|\]$/g, ''),
      healthMessage: '',
      processes: [],
    },
  };
}

/** Undefined for everything that is no number: a missing value is never 0. Units are tolerated. */
function numberOf(cell: string): number | undefined {
  const match = /^-?\d+(?:\.\d+)?/.exec(cell);
  return match ? Number(match[0]) : undefined;
}

function textOf(cell: string): string {
  return ABSENT.test(cell) || FAULTS.test(cell) ? '' : cell;
}
