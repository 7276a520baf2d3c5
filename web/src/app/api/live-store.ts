import { Service, computed, inject, signal } from '@angular/core';
import { Api, apiUrl } from './api';
import { ApiFailure } from './api-failure';
import type { ConsoleEvent, Model, Node, Operation, Overview, Permission, Service as DeployedService } from './api-types';
import { openEventStream } from './event-stream';
import { Gathered } from './gathered';
import { LiveList } from './live-list';
import { LiveStream } from './live-stream';

/**
 * What the cluster looks like now: fetched as lists, kept current by the event stream. Lists decide, events only
 * wake: each `hello` (every connect) fetches all lists again, so a missed event never lasts.
 */
@Service()
export class LiveStore {
  private readonly api = inject(Api);
  private readonly nodeList = new LiveList<Node>();
  private readonly modelList = new LiveList<Model>();
  private readonly serviceList = new LiveList<DeployedService>();
  private readonly operationList = new LiveList<Operation>();
  private readonly nodeChanges = new Gathered(this.nodeList);
  private readonly modelChanges = new Gathered(this.modelList);
  private readonly serviceChanges = new Gathered(this.serviceList);
  private readonly operationChanges = new Gathered(this.operationList);
  private readonly overviewState = signal<Overview | null>(null);
  private readonly failureState = signal<ApiFailure | null>(null);
  private readonly lostAt = signal<Date | null>(null);
  private readonly stream = new LiveStream(apiUrl('/events'), inject(openEventStream), {
    opened: () => this.lostAt.set(null),
    message: (data) => this.receive(JSON.parse(data) as ConsoleEvent),
    lost: () => this.lostAt.update((since) => since ?? new Date()),
  });
  private permissions: readonly Permission[] = [];
  /** Counts fetches, so that an old answer that comes late is dropped. */
  private fetches = 0;

  readonly nodes = this.nodeList.items;
  readonly models = this.modelList.items;
  readonly services = this.serviceList.items;
  readonly operations = this.operationList.items;
  readonly overview = this.overviewState.asReadonly();
  /** Whether each list has arrived once; before that show a skeleton, not "empty". */
  readonly loaded = {
    nodes: this.nodeList.loaded,
    models: this.modelList.loaded,
    services: this.serviceList.loaded,
    operations: this.operationList.loaded,
  };
  /** Why the newest fetch failed; null when it did not. */
  readonly failure = this.failureState.asReadonly();
  /** True while the event stream is down: everything shown is what we last knew. */
  readonly stale = computed(() => this.lostAt() !== null);
  readonly staleSince = this.lostAt.asReadonly();

  /** Starts to follow; only the lists these permissions allow are fetched. */
  start(permissions: readonly Permission[]): void {
    this.permissions = permissions;
    this.stream.start();
    void this.refresh();
  }

  stop(): void {
    this.stream.stop();
    this.fetches += 1;
    for (const changes of [this.nodeChanges, this.modelChanges, this.serviceChanges, this.operationChanges]) changes.drop();
    for (const list of [this.nodeList, this.modelList, this.serviceList, this.operationList]) list.clear();
    this.overviewState.set(null);
    this.failureState.set(null);
    this.lostAt.set(null);
  }

  /** Fetches every list again. Never rejects: the outcome is in `failure`. */
  async refresh(): Promise<void> {
    const turn = ++this.fetches;
    const newest = <T>(keep: (value: T) => void) => (value: T): void => {
      if (turn === this.fetches) keep(value);
    };
    // One list that fails keeps no other one from being shown.
    const outcomes = await Promise.allSettled([
      this.may('nodes.read') && this.api.get('/nodes').then(newest((nodes) => this.nodeList.replace(nodes))),
      this.may('nodes.read') && this.api.get('/overview').then(newest((overview) => this.overviewState.set(overview))),
      this.may('models.read') && this.api.get('/models').then(newest((models) => this.modelList.replace(models))),
      this.may('services.read') && this.api.get('/services').then(newest((services) => this.serviceList.replace(services))),
      this.may('operations.read') && this.api.get('/operations').then(newest((operations) => this.operationList.replace(operations))),
    ]);
    if (turn !== this.fetches) return;
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    this.failureState.set(failed ? ApiFailure.from(failed.reason) : null);
  }

  private may(permission: Permission): boolean {
    return this.permissions.includes(permission);
  }

  private receive(event: ConsoleEvent): void {
    switch (event.topic) {
      case 'hello':
        void this.refresh();
        break;
      case 'nodes':
        this.nodeChanges.note(event);
        break;
      case 'models':
        this.modelChanges.note(event);
        break;
      case 'services':
        this.serviceChanges.note(event);
        break;
      case 'operations':
        this.operationChanges.note(event);
        break;
      case 'overview':
        this.overviewState.set(event.value as Overview);
        break;
      case 'catalog':
      case 'users':
      case 'keys':
      case 'settings':
        this.otherChanges.update((counts) => ({ ...counts, [event.topic]: (counts[event.topic] ?? 0) + 1 }));
        break;
    }
  }

  private readonly otherChanges = signal<Partial<Record<ConsoleEvent['topic'], number>>>({});

  /** Grows with every change of a topic that is not mirrored here, so that its page knows to fetch again. */
  changesOf(topic: 'catalog' | 'users' | 'keys' | 'settings'): number {
    return this.otherChanges()[topic] ?? 0;
  }
}
