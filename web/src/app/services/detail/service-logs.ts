import { Component, computed, effect, inject, linkedSignal, signal, untracked } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { ActivatedRoute, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { Api, Paged, type InstanceRun } from '../../api';
import { EmptyState, ErrorState, LogViewer, RelativeTime, StateTag, failureWords } from '../../ui-kit';
import { SaidPipe, WordPipe } from '../../wording';
import { DiagnosisCard } from '../diagnosis-card';
import { engineLog, type LoggedInstance } from '../engine-log';
import { MemberChoice } from '../member-choice';
import { ServiceDeeds } from '../service-deeds';
import { instanceShown, instanceTone, shortId } from '../service-state';
import type { RunSettings } from './settings-diff';
import { ServiceContext } from './service-context';

/** Engine logs: of instances as they write, and of earlier ones as they were kept; which one is in the address. */
@Component({
  selector: 'os-service-logs',
  imports: [RouterLink, TranslocoDirective, NzButtonModule, DiagnosisCard, EmptyState, ErrorState, LogViewer, MemberChoice, RelativeTime, SaidPipe, StateTag, WordPipe],
  templateUrl: './service-logs.html',
  styleUrl: './service-logs.scss',
})
export class ServiceLogs {
  protected readonly context = inject(ServiceContext);
  private readonly api = inject(Api);
  private readonly deeds = inject(ServiceDeeds);
  private readonly query = toSignal(inject(ActivatedRoute).queryParamMap, { requireSync: true });

  protected readonly shortId = shortId;
  protected readonly instanceShown = instanceShown;
  protected readonly instanceTone = instanceTone;
  protected readonly failureWords = failureWords;
  protected readonly following = signal(true);
  /** An instance without a node has never written anything. */
  protected readonly instances = computed(() => (this.context.service()?.instances ?? []).filter((instance) => instance.nodeId !== null));
  protected readonly runs = new Paged<InstanceRun>((before) => this.api.get('/services/{id}/runs', { params: { id: this.context.id() }, query: { limit: 20, ...(before === undefined ? {} : { before }) } }));
  /** Earlier ones only: what is still there is in the list above. */
  protected readonly past = computed(() => {
    const present = new Set(this.instances().map(({ id }) => id));
    return this.runs.items().filter(({ instanceId }) => !present.has(instanceId));
  });
  /** A controller that keeps no runs has none to show. */
  protected readonly troubled = computed(() => (this.runs.failure()?.status === 404 ? null : this.runs.failure()));
  protected readonly wanted = computed(() => this.query().get('instance'));
  protected readonly instance = computed(() => this.instances().find(({ id }) => id === this.wanted()) ?? (this.run() ? null : (this.instances()[0] ?? null)));
  protected readonly run = computed(() => this.past().find(({ instanceId }) => instanceId === this.wanted()) ?? null);
  private readonly shown = computed<LoggedInstance | null>(() => {
    const run = this.run();
    return this.instance() ?? (run === null || !run.hasLog ? null : { id: run.instanceId, state: 'stopped' });
  });
  protected readonly shownId = computed(() => this.instance()?.id ?? this.run()?.instanceId ?? '');
  protected readonly diagnosis = computed(() => this.instance()?.diagnosis ?? this.run()?.diagnosis ?? null);
  /** Of what is shown, when it spans nodes. */
  protected readonly members = computed(() => this.instance()?.members ?? this.run()?.members ?? []);
  protected readonly rank = linkedSignal({ source: this.shownId, computation: () => 0 });
  /** An earlier run of which something is kept, but not of this member. */
  protected readonly gone = computed(() => {
    const run = this.run();
    return run !== null && (!run.hasLog || run.members.some(({ rank, hasLog }) => rank === this.rank() && !hasLog));
  });
  protected readonly log = engineLog(this.shown, this.rank);
  /** A new instance or the end of one makes a new run. */
  private readonly wake = computed(() => `${this.context.id()} ${this.instances().map(({ id, state }) => id + (state === 'failed' || state === 'stopped' ? '!' : '')).join()}`);

  constructor() {
    effect(() => {
      this.wake();
      untracked(() => {
        if (this.context.id() !== '') void this.runs.start();
      });
    });
    effect(() => {
      this.shownId();
      untracked(() => this.following.set(true));
    });
  }

  protected relaunch(proposed: Partial<RunSettings>, lead: string): void {
    const service = this.context.service();
    if (service) void this.deeds.relaunch(service, proposed, lead);
  }
}
