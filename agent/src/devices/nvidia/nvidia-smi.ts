import { totalmem } from 'node:os';
import type { MigInstance } from '@openstation/proto';
import type { DeviceEvent, DeviceFault, DeviceProcess, DeviceSource, DeviceSurvey } from '../device-source.js';
import { pciKey } from '../pci-address.js';
import { Tool, type ToolAnswer } from '../tool.js';
import { COMPUTE_APPS_QUERY, parseComputeApps } from './compute-apps.js';
import { KernelLog } from './kernel-log.js';
import { migInstances, parseMigList, parseMigMemory } from './mig.js';
import { NvidiaFields } from './nvidia-fields.js';
import { parseNvidiaGpus } from './nvidia-gpus.js';
import { parseXid } from './xid.js';

/** What this adapter needs of a program; `Tool` is one. */
export interface AskedTool {
  readonly deadlineSeconds: number;
  run(args: readonly string[]): Promise<ToolAnswer>;
}

const MOST_RENAMED_FIELDS = 20;

/** NVIDIA cards through nvidia-smi, whose text is a habit and not a contract: everything unexpected becomes a state and a message. */
export class NvidiaSmi implements DeviceSource {
  readonly vendor = 'nvidia';
  readonly #fields = new NvidiaFields();
  #instances: ReadonlyMap<string, readonly MigInstance[]> = new Map();
  #layout = '';

  constructor(
    private readonly tool: AskedTool = new Tool('nvidia-smi'),
    private readonly kernelLog: Pick<KernelLog, 'news'> = new KernelLog('NVRM: Xid'),
    private readonly hostBytes = totalmem(),
  ) {}

  async survey(known: readonly { readonly uuid: string; readonly pciAddress: string }[]): Promise<DeviceSurvey> {
    const answer = await this.#ask();
    const survey = this.#read(answer);
    const [fault] = survey.faults;
    if (!fault || survey.readings.length > 0) return survey;
    // One card that cannot be opened makes the tool tell nothing about the others: they are asked by name.
    const others = known.length > 0 ? known.filter((card) => pciKey(card.pciAddress) !== pciKey(fault.pciAddress)).map((card) => card.uuid) : await this.#listed();
    if (others.length === 0) return survey;
    const rest = this.#read(await this.#ask(others));
    return { state: 'failed', readings: rest.readings, faults: [...survey.faults, ...rest.faults], error: survey.error };
  }

  async processes(): Promise<readonly DeviceProcess[]> {
    const { kind, stdout } = await this.tool.run(COMPUTE_APPS_QUERY);
    return kind === 'ended' ? parseComputeApps(stdout) : [];
  }

  /** Sizes are asked for only when the layout changed: the report that has them is long. */
  async partitions(): Promise<ReadonlyMap<string, readonly MigInstance[]>> {
    const { kind, exitCode, stdout } = await this.tool.run(['-L']);
    if (kind !== 'ended' || exitCode !== 0) return this.#instances;
    const listed = parseMigList(stdout);
    const layout = JSON.stringify(listed);
    if (layout === this.#layout) return this.#instances;
    const report = listed.length === 0 ? '' : (await this.tool.run(['-q', '-x'])).stdout;
    this.#layout = layout;
    this.#instances = migInstances(listed, parseMigMemory(report));
    return this.#instances;
  }

  async events(): Promise<readonly DeviceEvent[]> {
    return (await this.kernelLog.news()).flatMap((line) => parseXid(line) ?? []);
  }

  async #ask(uuids: readonly string[] = []): Promise<ToolAnswer> {
    for (let attempt = 0; ; attempt++) {
      const answer = await this.tool.run([`--query-gpu=${this.#fields.list}`, '--format=csv,nounits', ...(uuids.length === 0 ? [] : [`--id=${uuids.join(',')}`])]);
      const unknown = /Field "([^"]+)" is not a valid field/.exec(answer.stdout + answer.stderr)?.[1];
      if (unknown === undefined || attempt >= MOST_RENAMED_FIELDS || !this.#fields.unknown(unknown)) return answer;
    }
  }

  #read(answer: ToolAnswer): DeviceSurvey {
    if (answer.kind === 'missing') return { state: 'absent', readings: [], faults: [], error: '' };
    if (answer.kind === 'hanging') return { state: 'hanging', readings: [], faults: [], error: `nvidia-smi gave no answer within ${this.tool.deadlineSeconds} s: the driver hangs, restart the machine` };
    const { readings, faults: nameless, cut, remarks } = parseNvidiaGpus(answer.stdout, this.hostBytes);
    const words = [...answer.stderr.split('\n'), ...remarks].map((line) => line.trim()).filter((line) => line !== '');
    const faults = [...nameless, ...words.flatMap((line) => deviceFault(line) ?? [])];
    const none = words.some((line) => /^No devices (were )?found/i.test(line));
    const complete = answer.exitCode === 0 || none || (answer.exitCode === 14 && readings.length > 0);
    const state = complete && !cut && faults.length === 0 && (readings.length > 0 || none || words.length === 0) ? 'answered' : 'failed';
    return { state, readings, faults, error: explain(words, answer.exitCode) };
  }

  async #listed(): Promise<string[]> {
    const { stdout } = await this.tool.run(['-L']);
    return [...stdout.matchAll(/^GPU \d+:.*\(UUID: (GPU-[0-9a-f-]+)\)/gim)].map(([, uuid = '']) => uuid);
  }
}

/** `Unable to determine the device handle for GPU 0000:81:00.0: GPU is lost.  Reboot the system to recover this GPU`. */
function deviceFault(line: string): DeviceFault | undefined {
  const match = /device handle for (?:GPU|gpu)\d*:?\s*([0-9a-f:.]+): *(.+)/i.exec(line);
  const pciAddress = pciKey(match?.[1] ?? '');
  if (!match || pciAddress === '') return undefined;
  return { pciAddress, lost: /lost/i.test(match[2] ?? ''), text: line };
}

/** Return codes and texts of the tool's manual; its own words first, then the way out. */
const WAYS_OUT: readonly (readonly [RegExp, string])[] = [
  [/Driver\/library version mismatch/i, 'the driver was upgraded while the old one is loaded: restart the machine'],
  [/couldn't communicate with the NVIDIA driver/i, 'the driver is not loaded: after a kernel update install the matching driver, then restart the machine'],
  [/No devices (were )?found/i, 'the driver is loaded but sees no usable GPU: check power and passthrough'],
  [/Failed to initialize NVML: Unknown Error/i, 'access to the GPU devices was taken away: restart the agent, or its container'],
  [/Insufficient Permissions/i, 'the agent may not open the GPU devices: check SELinux and the rights of /dev/nvidia*'],
  [/GPU is lost/i, 'the card fell off the bus: restart the machine'],
  [/infoROM is corrupted/i, 'the card works but should be looked at'],
  [/is not a valid field/i, 'this driver is too old'],
];

const EXIT_CODES: Readonly<Record<number, string>> = {
  4: 'no permission', 8: 'external power is not connected', 9: 'the driver is not loaded', 10: 'the kernel sees an interrupt problem', 12: 'the NVML library is missing: the driver is not completely installed', 13: 'the NVML library is too old', 15: 'a GPU fell off the bus: restart the machine',
};

function explain(words: readonly string[], exitCode: number): string {
  const text = words.slice(0, 3).join('; ').slice(0, 500);
  const wayOut = WAYS_OUT.find(([pattern]) => pattern.test(text))?.[1] ?? EXIT_CODES[exitCode];
  if (text === '' && exitCode === 0) return '';
  const said = text === '' ? `nvidia-smi ended with exit code ${exitCode}` : text;
  return wayOut === undefined ? said : `${said}: ${wayOut}`;
}
