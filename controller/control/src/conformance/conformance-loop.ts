import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { ConformanceResult_Verdict as Verdict, type ConformanceResult } from '@openstation/proto';
import { Clock, LOGGER } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';
import { ApiError } from '../http/index.js';
import { InstanceLink, InstanceRepository, type InstanceRow } from '../instances/index.js';
import { ModelRepository } from '../models/index.js';
import { ConformanceResults, type ConformanceView } from './conformance-results.js';
import { suggestParameters } from './suggest-parameters.js';

const RESYNC_MS = 60_000;
/** A service is ready first and tried then: who waited for it comes before. */
const AFTER_NEWS_MS = 1_000;
const ATTEMPTS = 3;
const RETRY_MS = 60_000;

const FEATURES: ReadonlySet<string> = new Set(['chat-template', 'streaming-usage', 'tools', 'json-schema', 'reasoning', 'embeddings'] satisfies ConformanceView['results'][number]['feature'][]);

/**
 * Has every revision of a service tried once, on one of its ready instances, by the agent beside the engine. Whether
 * an instance is ready does not wait for it. A try that fails for outer reasons is made again a few times.
 */
@Injectable()
export class ConformanceLoop implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #attempts = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe: () => void = () => undefined;
  readonly #rounds = new KeyedQueue<'round'>(() => this.#round(), (_, error) => this.logger.error({ err: error }, 'services to try could not be listed'));
  readonly #services = new KeyedQueue<string>((id) => this.#due(id), (id, error) => this.logger.info({ serviceId: id, reason: error instanceof Error ? error.message : String(error) }, 'what a service can do could not be tried'));

  constructor(
    private readonly instances: InstanceRepository,
    private readonly models: ModelRepository,
    private readonly results: ConformanceResults,
    private readonly link: InstanceLink,
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#unsubscribe = this.feed.subscribe(({ topic, id }) => {
      if (topic === 'services') this.#services.wakeLater(id, AFTER_NEWS_MS);
    });
    this.#timer = setInterval(() => this.#rounds.wake('round'), RESYNC_MS);
    this.#rounds.wake('round');
  }

  async onModuleDestroy(): Promise<void> {
    this.#unsubscribe();
    clearInterval(this.#timer);
    await this.#rounds.close();
    // A question under way ends with its session, which closes later than this room: nobody waits for it here.
    void this.#services.close();
  }

  /** Tries now, whatever is known already. @throws ApiError when no instance of the revision is ready or its node does not answer */
  async again(serviceId: string, revision: number): Promise<void> {
    const instance = readyOf(await this.instances.ofService(serviceId)).find((one) => one.revision === revision);
    if (!instance) throw new ApiError('conflict', 'no instance of this revision is ready: start the service and try again');
    await this.#try(instance);
  }

  async #round(): Promise<void> {
    const serviceIds = new Set((await this.instances.list()).map(({ serviceId }) => serviceId));
    for (const id of serviceIds) this.#services.wake(id);
  }

  async #due(serviceId: string): Promise<void> {
    for (const instance of newestRevision(readyOf(await this.instances.ofService(serviceId)))) {
      const key = `${serviceId} ${instance.revision}`;
      const attempt = this.#attempts.get(key) ?? 0;
      if (attempt >= ATTEMPTS || (await this.results.has(serviceId, instance.revision))) continue;
      this.#attempts.set(key, attempt + 1);
      try {
        await this.#try(instance);
      } catch (error) {
        this.#services.wakeLater(serviceId, RETRY_MS);
        throw error;
      }
    }
  }

  async #try(instance: InstanceRow & { readonly nodeId: string }): Promise<void> {
    const { serviceId, revision, wish, modelId } = instance;
    const [answer, model] = await Promise.all([this.link.talk.conformance(instance.nodeId, instance.id), this.models.get(modelId)]);
    const results = resultsOf(answer);
    const suggestions = suggestParameters({ engine: wish.engine, modelName: model?.name ?? '', parameters: wish.parameters, results });
    await this.results.put({ serviceId, revision, checkedAt: this.clock.now(), results, embeddingDimensions: answer.embeddingDimensions > 0 ? answer.embeddingDimensions : null, suggestions });
    this.logger.info({ serviceId, revision, features: Object.fromEntries(results.map(({ feature, ok }) => [feature, ok])) }, 'tried what a service can do');
  }
}

function readyOf(rows: readonly InstanceRow[]): (InstanceRow & { readonly nodeId: string })[] {
  return rows.filter((row): row is InstanceRow & { nodeId: string } => row.desired === 'run' && row.state === 'running' && row.ready && row.nodeId !== null);
}

function newestRevision<T extends Pick<InstanceRow, 'revision'>>(rows: readonly T[]): T[] {
  return [...rows].sort((a, b) => b.revision - a.revision).slice(0, 1);
}

function resultsOf({ features }: ConformanceResult): ConformanceView['results'] {
  return features
    .filter(({ name }) => FEATURES.has(name))
    .map(({ name, verdict, detail }) => ({ feature: name as ConformanceView['results'][number]['feature'], ok: verdict === Verdict.YES ? true : verdict === Verdict.NO ? false : null, detail: detail.slice(0, 500) }));
}
