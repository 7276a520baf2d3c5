import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { ChangeFeed } from '../events/index.js';
import { Operations, type OperationKind, type OperationView } from '../operations/index.js';

const KINDS: readonly OperationKind[] = ['add-node', 'remove-node', 'drain-node', 'upgrade-agents'];

/** The newest job about each node, in memory: lists of nodes show it. */
@Injectable()
export class NodeJobs implements OnModuleInit, OnModuleDestroy {
  #newest: Promise<Map<string, OperationView>> | undefined;
  readonly #reading = new Set<Promise<void>>();
  #unsubscribe: () => void = () => undefined;

  constructor(
    private readonly operations: Operations,
    private readonly feed: ChangeFeed,
  ) {}

  onModuleInit(): void {
    this.#unsubscribe = this.feed.subscribe(({ topic, id }) => {
      if (topic === 'operations') this.#read(id);
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.#unsubscribe();
    await Promise.all(this.#reading);
  }

  async newest(): Promise<ReadonlyMap<string, OperationView>> {
    this.#newest ??= this.#load();
    const newest = await this.#newest;
    await Promise.all(this.#reading);
    return newest;
  }

  #read(id: string): void {
    const reading = this.#refresh(id).catch(() => {
      // The database is away: the next look reads everything again.
      this.#newest = undefined;
    }).finally(() => this.#reading.delete(reading));
    this.#reading.add(reading);
  }

  async #refresh(id: string): Promise<void> {
    const newest = await this.#newest;
    const job = newest && (await this.operations.get(id));
    if (!newest || !job || !KINDS.includes(job.kind)) return;
    const known = newest.get(job.subjectId);
    if (known && known.id !== id && known.startedAt > job.startedAt) return;
    newest.set(job.subjectId, job);
    this.feed.publish({ topic: 'nodes', id: job.subjectId, kind: 'changed' });
  }

  async #load(): Promise<Map<string, OperationView>> {
    const jobs = (await Promise.all(KINDS.map((kind) => this.operations.newestOf(kind)))).flatMap((ofKind) => [...ofKind.values()]);
    return new Map(jobs.sort((a, b) => a.startedAt.localeCompare(b.startedAt) || a.id.localeCompare(b.id)).map((job) => [job.subjectId, job]));
  }
}
