import type { GpuMetrics } from '@openstation/proto';
import { amountOf, faultOf, numberOf, textOf } from '../cell.js';
import { parseCsv, type CsvRow } from '../csv-table.js';
import type { DeviceFault, DeviceReading } from '../device-source.js';
import { cellOf } from './nvidia-fields.js';

const MIB = 1024 * 1024;
const UUID = /^GPU-[0-9a-f-]{8,}$/i;
/** Above this a card throttles or is about to; the tool's own word (thermal slowdown) counts whatever the temperature. */
const HOT_CELSIUS = 90;

export interface NvidiaGpus {
  readonly readings: readonly DeviceReading[];
  /** Rows of cards that do not even tell their name: what they say instead. */
  readonly faults: readonly DeviceFault[];
  /** A row ended early: cards may be missing. */
  readonly cut: boolean;
  /** Lines that are no readings: warnings and errors in the tool's own words. */
  readonly remarks: readonly string[];
}

/** Machines whose cards use the machine's own memory and therefore tell none. */
const UNIFIED_MEMORY = /\b(GB10|Orin|Thor|Xavier|Tegra)\b/i;

/** Reads `nvidia-smi --query-gpu=… --format=csv,nounits` with its header line. `hostBytes`: memory of the machine. */
export function parseNvidiaGpus(text: string, hostBytes: number): NvidiaGpus {
  const table = parseCsv(text, keyColumn(text), text.includes('gpu_name') ? 'gpu_name' : 'name');
  const readings = table.rows.filter((row) => UUID.test(cellOf(row, 'uuid') ?? '')).map((row) => reading(row, hostBytes));
  const unique = new Map(readings.map((entry) => [entry.gpu.uuid, entry]));
  const nameless = table.rows.filter((row) => !row.cut && !UUID.test(cellOf(row, 'uuid') ?? ''));
  return { readings: [...unique.values()], faults: nameless.flatMap(namelessFault), cut: table.rows.some((row) => row.cut), remarks: table.remarks };
}

function namelessFault(row: CsvRow): DeviceFault[] {
  const pciAddress = textOf(cellOf(row, 'pci.bus_id'));
  const word = row.cells.find((cell) => faultOf(cell) !== undefined);
  return pciAddress === '' || word === undefined ? [] : [{ pciAddress, lost: row.cells.some((cell) => faultOf(cell) === 'lost'), text: `nvidia-smi says: ${word} for the card at ${pciAddress}` }];
}

function keyColumn(text: string): string {
  return /(^|[\s,])gpu_uuid\b/m.test(text) ? 'gpu_uuid' : 'uuid';
}

function reading(row: CsvRow, hostBytes: number): DeviceReading {
  const uuid = cellOf(row, 'uuid') ?? '';
  const totalMib = amountOf(cellOf(row, 'memory.total'));
  const name = textOf(cellOf(row, 'name'));
  const mig = textOf(cellOf(row, 'mig.mode.current'));
  return {
    cut: row.cut,
    gpu: {
      index: amountOf(cellOf(row, 'index')) ?? 0,
      uuid,
      name,
      memoryBytes: totalMib !== undefined ? totalMib * MIB : UNIFIED_MEMORY.test(name) ? hostBytes : 0,
      driverVersion: textOf(cellOf(row, 'driver_version')).split(' ')[0] ?? '',
      computeCapability: textOf(cellOf(row, 'compute_cap')),
      vendor: 'nvidia',
      pciAddress: textOf(cellOf(row, 'pci.bus_id')).toLowerCase(),
      mig: mig === '' ? undefined : { enabled: /^enabled$/i.test(mig), instances: [] },
      powerLimitWatts: amountOf(cellOf(row, 'power.limit')),
    },
    metrics: { uuid, processes: [], ...numbers(row), ...health(row) },
  };
}

function numbers(row: CsvRow): Partial<GpuMetrics> {
  const usedMib = amountOf(cellOf(row, 'memory.used'));
  const percent = amountOf(cellOf(row, 'utilization.gpu'));
  return {
    memoryUsedBytes: usedMib === undefined ? undefined : usedMib * MIB,
    utilisationRatio: percent === undefined ? undefined : Math.min(1, percent / 100),
    temperatureCelsius: numberOf(cellOf(row, 'temperature.gpu')),
    powerWatts: amountOf(cellOf(row, 'power.draw')),
    eccUncorrected: amountOf(cellOf(row, 'ecc.errors.uncorrected.volatile.total')),
  };
}

/** The worst first: a lost card tells nothing else that is true. */
function health(row: CsvRow): Pick<GpuMetrics, 'health' | 'healthMessage'> {
  const faults = row.cells.map(faultOf);
  if (faults.includes('lost')) return { health: 'lost', healthMessage: 'nvidia-smi says: GPU is lost. It fell off the bus: restart the machine, and have the card looked at when it comes back' };
  if (faults.includes('error')) return { health: 'error', healthMessage: `nvidia-smi says: ${row.cells.find((cell) => faultOf(cell) === 'error') ?? ''} instead of values: restart the machine if it stays` };
  const recovery = textOf(cellOf(row, 'gpu_recovery_action'));
  if (recovery !== '') return { health: 'error', healthMessage: `the driver asks for: ${recovery}` };
  const ecc = amountOf(cellOf(row, 'ecc.errors.uncorrected.volatile.total'));
  if (ecc !== undefined && ecc > 0) return { health: 'ecc', healthMessage: `${ecc} uncorrected memory error${ecc === 1 ? '' : 's'} since the driver was loaded: reset the card or restart the machine` };
  const celsius = numberOf(cellOf(row, 'temperature.gpu'));
  if (/^active$/i.test(textOf(cellOf(row, 'clocks_event_reasons.hw_thermal_slowdown')))) return { health: 'hot', healthMessage: `it slows itself down because of heat${celsius === undefined ? '' : ` (${celsius} °C)`}: check the cooling` };
  if (celsius !== undefined && celsius >= HOT_CELSIUS) return { health: 'hot', healthMessage: `${celsius} °C: check the cooling` };
  if (row.cut) return { health: 'unknown', healthMessage: 'the answer of nvidia-smi was cut off' };
  return { health: 'ok', healthMessage: '' };
}
