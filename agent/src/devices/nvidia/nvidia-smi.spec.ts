import { describe, expect, it } from 'vitest';
import { pciKey } from '../pci-address.js';
import type { ToolAnswer } from '../tool.js';
import { parseComputeApps } from './compute-apps.js';
import { parseMigList, parseMigMemory } from './mig.js';
import { NvidiaSmi } from './nvidia-smi.js';
import { parseXid } from './xid.js';

const U0 = 'GPU-3a23c669-1f69-c64e-cf85-44e9b07e7a2a';
const U1 = 'GPU-18a3e86f-4c0e-cd9f-59c3-55488c4b0c24';
const ended = (stdout: string, exitCode = 0): ToolAnswer => ({ kind: 'ended', exitCode, stdout, stderr: '' });
const csv = (...uuids: string[]) => ['index, uuid, name, pci.bus_id', ...uuids.map((uuid, at) => `${at}, ${uuid}, NVIDIA A100, 00000000:0${at}:00.0`), ''].join('\n');

function scripted(answer: (args: readonly string[]) => ToolAnswer): { smi: NvidiaSmi; asked: string[][] } {
  const asked: string[][] = [];
  const run = (args: readonly string[]): Promise<ToolAnswer> => {
    asked.push([...args]);
    return Promise.resolve(answer(args));
  };
  return { smi: new NvidiaSmi({ deadlineSeconds: 10, run }, { news: () => Promise.resolve([]) }), asked };
}

describe('asking nvidia-smi', () => {
  it('no tool is a node without such cards, not an error; a hanging one is told with the way out', async () => {
    expect(await scripted(() => ({ kind: 'missing', exitCode: -1, stdout: '', stderr: '' })).smi.survey([])).toEqual({ state: 'absent', readings: [], faults: [], error: '' });
    expect(await scripted(() => ({ kind: 'hanging', exitCode: -1, stdout: '', stderr: '' })).smi.survey([])).toMatchObject({ state: 'hanging', error: expect.stringContaining('within 10 s') as string });
  });

  it('a field the driver does not know is asked by its other name, then not at all, and never again', async () => {
    const { smi, asked } = scripted(([query = '']) => {
      const unknown = ['compute_cap', 'clocks_event_reasons.hw_thermal_slowdown', 'clocks_throttle_reasons.hw_thermal_slowdown', 'driver_version'].find((field) => new RegExp(`[=,]${field}(,|$)`).test(query));
      return unknown === undefined ? ended(csv(U0)) : ended(`Field "${unknown}" is not a valid field to query.\n\n`, 2);
    });
    expect((await smi.survey([])).readings).toHaveLength(1);
    expect(asked).toHaveLength(5);
    expect(asked.at(-1)?.[0]).toContain('kmd_version');
    await smi.survey([]);
    expect(asked).toHaveLength(6);
  });

  it('one card that cannot be opened does not hide the others, known or not', async () => {
    const fault = 'Unable to determine the device handle for GPU 0000:01:00.0: GPU is lost.  Reboot the system to recover this GPU\n';
    const { smi, asked } = scripted((args) => {
      if (args[0] === '-L') return ended(`GPU 0: NVIDIA A100 (UUID: ${U0})\n${fault}`, 15);
      return args.some((arg) => arg.startsWith('--id=')) ? ended(csv(U0)) : ended(fault, 15);
    });
    for (const known of [[], [{ uuid: U0, pciAddress: '00000000:00:00.0' }, { uuid: U1, pciAddress: '00000000:01:00.0' }]]) {
      const survey = await smi.survey(known);
      expect(survey.readings.map((reading) => reading.gpu.uuid)).toEqual([U0]);
      expect(survey).toMatchObject({ state: 'failed', faults: [{ pciAddress: '0:01:00', lost: true }] });
      expect(asked.at(-1)).toContain(`--id=${U0}`);
    }
  });
});

describe('MIG', () => {
  const LIST = `GPU 0: NVIDIA H100 80GB HBM3 (UUID: ${U0})\n  MIG 3g.40gb     Device  0: (UUID: MIG-00000000-0000-0000-0000-000000000000)\n  MIG 2g.20gb     Device  1: (UUID: MIG-00000001-0000-0000-0000-000000000001)\nGPU 1: NVIDIA H100 80GB HBM3 (UUID: ${U1})\n`;
  const XML = `<nvidia_smi_log><gpu id="00000000:00:09.0"><mig_devices><mig_device><index>0</index><gpu_instance_id>1</gpu_instance_id><fb_memory_usage>\n<total>40448 MiB</total></fb_memory_usage></mig_device></mig_devices><uuid>${U0}</uuid></gpu></nvidia_smi_log>`;

  it('lists instances below their card, with their true size where the report tells it', async () => {
    expect(parseMigList(LIST)).toHaveLength(2);
    expect(parseMigMemory(XML)).toEqual(new Map([[`${U0}/0`, 40448 * 2 ** 20]]));
    const { smi, asked } = scripted(([first]) => ended(first === '-L' ? LIST : XML));
    expect((await smi.partitions()).get(U0)).toEqual([
      { uuid: 'MIG-00000000-0000-0000-0000-000000000000', name: '3g.40gb', memoryBytes: 40448 * 2 ** 20 },
      { uuid: 'MIG-00000001-0000-0000-0000-000000000001', name: '2g.20gb', memoryBytes: 20 * 2 ** 30 },
    ]);
    await smi.partitions();
    expect(asked.map(([first]) => first)).toEqual(['-L', '-q', '-L']);
  });

  it.each(['', 'GPU 0: half', '  MIG 3g.40gb Device 0: (UUID: MIG-1)\n', '\0\0', 'No devices were found\n'])('makes nothing of %j', (text) => {
    expect(parseMigList(text)).toEqual([]);
    expect(parseMigMemory(text)).toEqual(new Map());
  });
});

describe('processes on cards', () => {
  it('names may hold anything, memory may be missing, what is no row is passed over', () => {
    const text = [`${U0}, 11345, 15690, ./gpu_burn, --with, commas`, `${U0}, 71023, [N/A], [Not Found]`, 'No running processes found', `${U1}, x, 5, y`, `${U1}, 5, 6, cut`].join('\n');
    expect(parseComputeApps(text)).toEqual([
      { uuid: U0, pid: 11345, name: './gpu_burn, --with, commas', memoryBytes: 15690 * 2 ** 20 },
      { uuid: U0, pid: 71023, name: '', memoryBytes: undefined },
    ]);
  });
});

describe('Xid', () => {
  const line = (text: string) => ({ text, atMs: 5, sinceBootMs: 3 });

  it.each([
    ['NVRM: Xid (PCI:0000:81:00): 79, pid=\'<unknown>\', name=<unknown>, GPU has fallen off the bus.', 79, 'error', '0:81:00'],
    ['NVRM: Xid (PCI:0000:0b:00): 31, pid=1234, name=python, Ch 00000010, intr 00000000. MMU Fault', 31, 'warning', '0:0b:00'],
    ['NVRM: Xid (0000:03:00): 45, Ch 00000001', 45, 'info', '0:03:00'],
    ['[12345.678] NVRM: Xid (PCI:0001:C1:00): 999', 999, 'warning', '1:c1:00'],
  ])('%s', (text, number, severity, pci) => {
    const event = parseXid(line(text));
    expect(event).toMatchObject({ number, severity, atMs: 5, sinceBootMs: 3 });
    expect(pciKey(event?.pciAddress ?? '')).toBe(pci);
    expect(event?.meaning).not.toBe('');
  });

  it.each(['NVRM: Xid', 'NVRM: Xid (PCI:0000:81:00): many', 'NVRM: loading', ''])('%j is none', (text) => {
    expect(parseXid(line(text))).toBeUndefined();
  });
});
