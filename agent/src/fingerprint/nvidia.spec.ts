import { describe, expect, it } from 'vitest';
import { NvidiaSmi, runNvidiaSmi, type RunTool } from './nvidia-smi.js';
import { parseGpuCsv } from './nvidia-csv.js';

const HEADER = 'index, uuid, name, memory.total [MiB], memory.used [MiB], utilization.gpu [%], temperature.gpu, power.draw [W], driver_version, compute_cap';
const A100 = '0, GPU-3a23c669-1f69-c64e-cf85-44e9b07e7a2a, NVIDIA A100-SXM4-80GB, 81920, 68412, 87, 61, 312.48, 570.124.06, 8.0';
const GTX = '2, GPU-ad2367dd-a40e-6b86-6fc3-c44a2cc92c7e, NVIDIA GeForce GTX 1080, 8192, 211, [N/A], 33, [Not Supported], 535.183.01, 6.1';
const LOST = '1, GPU-18a3e86f-4c0e-cd9f-59c3-55488c4b0c24, NVIDIA A100-SXM4-80GB, 81920, [GPU is lost], [GPU is lost], [GPU is lost], [Unknown Error], 570.124.06, 8.0';
const csv = (...rows: string[]) => [HEADER, ...rows, ''].join('\n');

describe('nvidia-smi output', () => {
  it('reads a working card', () => {
    const [reading] = parseGpuCsv(csv(A100));
    expect(reading?.gpu).toEqual({ index: 0, uuid: 'GPU-3a23c669-1f69-c64e-cf85-44e9b07e7a2a', name: 'NVIDIA A100-SXM4-80GB', memoryBytes: 81920 * 2 ** 20, driverVersion: '570.124.06', computeCapability: '8.0' });
    expect(reading?.metrics).toEqual({ uuid: 'GPU-3a23c669-1f69-c64e-cf85-44e9b07e7a2a', memoryUsedBytes: 68412 * 2 ** 20, utilisationRatio: 0.87, temperatureCelsius: 61, powerWatts: 312.48, health: 'ok' });
  });

  it('what a card cannot tell is absent, not zero, and no fault', () => {
    const metrics = parseGpuCsv(csv(GTX))[0]?.metrics;
    expect(metrics).toMatchObject({ utilisationRatio: undefined, powerWatts: undefined, temperatureCelsius: 33, health: 'ok' });
  });

  it('a lost card is a fault', () => {
    expect(parseGpuCsv(csv(A100, LOST)).map((reading) => reading.metrics.health)).toEqual(['ok', 'GPU is lost']);
  });

  it('goes by column name, tolerates units, missing columns and another order', () => {
    const [reading] = parseGpuCsv('name, uuid, memory.total [MiB]\nNVIDIA L40S, GPU-00000000-1111, 46068 MiB\n');
    expect(reading?.gpu).toMatchObject({ name: 'NVIDIA L40S', memoryBytes: 46068 * 2 ** 20, driverVersion: '' });
  });

  it('is empty for a header without rows and for noise', () => {
    expect(parseGpuCsv(csv())).toEqual([]);
    expect(parseGpuCsv('')).toEqual([]);
  });
});

describe('asking nvidia-smi', () => {
  const failing = (text: string): RunTool => () => Promise.resolve({ stdout: '', failure: { kind: 'failed', text } });

  it('no tool is a node without GPUs, not an error', async () => {
    expect(await new NvidiaSmi((args) => runNvidiaSmi(args, '/nowhere/nvidia-smi')).survey()).toEqual({ readings: [], error: '', toolPresent: false });
  });

  it('a tool that hangs is killed and reported', async () => {
    const { failure } = await runNvidiaSmi(['30'], 'sleep', 100);
    expect(failure?.kind).toBe('hanging');
  });

  it('a driver mismatch comes with the way out', async () => {
    const survey = await new NvidiaSmi(failing('Failed to initialize NVML: Driver/library version mismatch')).survey();
    expect(survey.error).toContain('restart the machine');
    expect(survey.toolPresent).toBe(true);
  });

  it('no devices is no error', async () => {
    expect((await new NvidiaSmi(failing('No devices were found')).survey()).error).toBe('');
  });

  it('drops a field the driver does not know and asks again', async () => {
    const asked: string[] = [];
    const run: RunTool = (args) => {
      asked.push(args[0] ?? '');
      const failure = (args[0] ?? '').includes('compute_cap') ? { kind: 'failed' as const, text: 'Field "compute_cap" is not a valid field to query.' } : undefined;
      return Promise.resolve({ stdout: failure ? '' : csv(A100), failure });
    };
    expect((await new NvidiaSmi(run).survey()).readings).toHaveLength(1);
    expect(asked).toHaveLength(2);
  });

  it('two callers share one process', async () => {
    let calls = 0;
    const smi = new NvidiaSmi(() => { calls += 1; return Promise.resolve({ stdout: csv(A100), failure: undefined }); });
    await Promise.all([smi.survey(), smi.survey()]);
    expect(calls).toBe(1);
  });
});
