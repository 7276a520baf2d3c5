import { waitFor } from '@openstation/kit';
import { RestError, type Cluster } from './cluster/index.js';
import type { ServiceView } from './cluster/views.js';

const PATIENCE_MS = 300_000;

/**
 * Administrators who deploy, resize and delete services all the time, each one service after the other, over a controller that may die
 * at any moment. What was agreed is what the controller acknowledged: a call without an answer is made again until there is one.
 */
export class ChangingCrowd {
  /** Services that were acknowledged and not deleted again, with the instances they are to have. */
  readonly #wanted = new Map<string, { readonly id: string; readonly count: number }>();
  readonly #workers: Promise<void>[];
  readonly #counts = { deployed: 0, resized: 0, deleted: 0, again: 0 };
  #stopped = false;

  constructor(private readonly cluster: Cluster, private readonly modelId: string, size: number) {
    this.#workers = Array.from({ length: size }, (_, number) => this.#work(number));
    for (const worker of this.#workers) worker.catch(() => (this.#stopped = true));
  }

  /** Lets everybody finish what they began. @returns names of the services that are to be there, with their instances */
  async stop(): Promise<Map<string, number>> {
    this.#stopped = true;
    await Promise.all(this.#workers);
    return new Map([...this.#wanted].map(([name, { count }]) => [name, count]));
  }

  /** Deletes what is left. */
  async clear(): Promise<void> {
    for (const [name, { id }] of [...this.#wanted]) await this.#delete(name, id);
  }

  told(): string {
    const { deployed, resized, deleted, again } = this.#counts;
    return `${deployed} deployments, ${resized} changes of size, ${deleted} deletions (${again} calls made again)`;
  }

  async #work(number: number): Promise<void> {
    for (let round = 0; !this.#stopped; round++) {
      const name = `crowd-${number}-${round}`;
      const id = await this.#deploy(name);
      for (let change = Math.floor(Math.random() * 3); change > 0 && !this.#stopped; change--) {
        await moment(Math.random() * 4000);
        await this.#resize(name, id, 1 + Math.floor(Math.random() * 2));
      }
      await moment(Math.random() * 4000);
      if (this.#stopped) return;
      await this.#delete(name, id);
    }
  }

  async #deploy(name: string): Promise<string> {
    const { id } = await this.#insist(async (again) => {
      const there = again ? (await this.cluster.admin.rest.get<ServiceView[]>('/services')).find((service) => service.name === name) : undefined;
      return there ?? this.cluster.admin.deploy({ name, modelId: this.modelId });
    });
    this.#wanted.set(name, { id, count: 1 });
    this.#counts.deployed += 1;
    return id;
  }

  async #resize(name: string, id: string, count: number): Promise<void> {
    await this.#insist(() => this.cluster.admin.rest.patch(`/services/${id}`, { wantedInstances: count }));
    this.#wanted.set(name, { id, count });
    this.#counts.resized += 1;
  }

  async #delete(name: string, id: string): Promise<void> {
    await this.#insist(async () => {
      try {
        await this.cluster.admin.rest.delete(`/services/${id}`);
      } catch (error) {
        if (!(error instanceof RestError) || error.status !== 404) throw error;
      }
    });
    this.#wanted.delete(name);
    this.#counts.deleted += 1;
  }

  /** Until the controller answers. What it refuses for good is an error. */
  async #insist<T>(call: (again: boolean) => Promise<T>): Promise<T> {
    let tries = 0;
    let refusal: RestError | undefined;
    return waitFor(
      async () => {
        try {
          return { value: await call(tries++ > 0) };
        } catch (error) {
          this.#counts.again += 1;
          // No place: a node is on its way back. Unauthorised: the token belongs to the controller's life before.
          if (error instanceof RestError && error.status < 500 && ![401, 422, 429].includes(error.status)) refusal = error;
          if (refusal) return { refusal };
          throw error;
        }
      },
      { what: 'an answer of the controller', timeoutMs: PATIENCE_MS, everyMs: 100 },
    ).then((answer) => {
      if ('refusal' in answer) throw answer.refusal;
      return answer.value;
    });
  }
}

/** Lets so much time pass, so that what happens next falls anywhere. */
export async function moment(ms: number): Promise<void> {
  const start = performance.now();
  await waitFor(() => performance.now() - start >= ms, { what: 'a moment', timeoutMs: ms + 5000, everyMs: 5 });
}
