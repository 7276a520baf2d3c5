import { performance } from 'node:perf_hooks';
import type { Logger } from '@openstation/kit';
import type { Inventory } from '@openstation/proto';
import type { AgentConfig } from './config/index.js';
import { DeviceWatch, NvidiaSmi, Tool, ownerOf } from './devices/index.js';
import type { EngineDriver } from './driver/index.js';
import { DiskSpaces, DriverWatch, InventoryNews, Sampler, takeInventory, type HostFacts } from './fingerprint/index.js';
import { NodeMemoryFile } from './node-memory.js';
import { NoticeBox } from './notices/index.js';
import type { Observer } from './observer/index.js';
import type { NodePolicy } from './policy/index.js';
import type { Session } from './session/index.js';
import { watchNode } from './watch-node.js';

export interface NodeKnowledgeParts {
  readonly config: AgentConfig;
  readonly policy: NodePolicy;
  readonly host: HostFacts;
  readonly drivers: readonly EngineDriver[];
  readonly observer: Observer;
  readonly addresses: () => readonly string[];
  readonly dataPort: () => number;
  readonly log: Logger;
}

/** What the agent knows of its own server, kept up to date in the background, and what of it the controller was told. */
export class NodeKnowledge {
  readonly notices: NoticeBox;
  readonly sampler: Sampler;
  readonly #news = new InventoryNews();
  readonly #disks = new DiskSpaces();
  readonly #devices: DeviceWatch;
  readonly #drivers: DriverWatch;
  #session: Session | undefined;

  private constructor(private readonly parts: NodeKnowledgeParts, private readonly file: NodeMemoryFile, private readonly memory: Awaited<ReturnType<NodeMemoryFile['load']>>) {
    const { config, observer, drivers } = parts;
    const now = (): number => performance.now();
    this.notices = new NoticeBox(now, memory.unheard);
    this.#devices = new DeviceWatch(new NvidiaSmi(new Tool(config.devices.nvidiaSmi)), (pid) => ownerOf(pid, observer.all()), memory.devices);
    this.#drivers = new DriverWatch(drivers, now);
    this.sampler = new Sampler(config.dataDir, this.#disks, () => this.#devices.snapshot().metrics);
  }

  static async open(parts: NodeKnowledgeParts): Promise<NodeKnowledge> {
    const file = new NodeMemoryFile(parts.config.dataDir, parts.log);
    return new NodeKnowledge(parts, file, await file.load(parts.host.bootId));
  }

  /** For the start of a session; the first one waits until cards and container engines were asked once, at most their deadlines. */
  async inventory(): Promise<Inventory> {
    await Promise.all([this.#devices.ready(), this.#drivers.look()]);
    const inventory = await this.#take();
    this.#news.told(inventory);
    return inventory;
  }

  /** A session takes what there is to tell; undefined: it is over. */
  tellTo(session: Session | undefined): void {
    this.#session = session;
    if (session) this.notices.open((value) => session.tell({ $case: 'notice', value }));
    else this.notices.close();
  }

  watch(signal: AbortSignal): Promise<void> {
    const { sampler, notices, file, memory } = this;
    return watchNode({ devices: this.#devices, drivers: this.#drivers, sampler, memory, file, notices, onLook: () => this.#tellChanges(), log: this.parts.log }, signal);
  }

  async #tellChanges(): Promise<void> {
    const session = this.#session;
    if (!session) return;
    const inventory = await this.#take();
    if (session !== this.#session || !this.#news.isNews(inventory)) return;
    this.#news.told(inventory);
    session.tell({ $case: 'inventory', value: inventory });
    this.parts.log.info({ gpus: inventory.gpus.length, addresses: inventory.addresses, drivers: inventory.drivers.filter((driver) => driver.available).map((driver) => driver.name) }, 'the node changed');
  }

  #take(): Promise<Inventory> {
    const { config, policy, host, addresses, dataPort } = this.parts;
    return takeInventory({
      dataDir: config.dataDir, serviceManager: config.serviceManager, policy, host, addresses, dataPort,
      disks: this.#disks,
      devices: () => this.#devices.snapshot(),
      drivers: () => this.#drivers.states(),
    });
  }
}
