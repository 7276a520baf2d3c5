import { Component, computed, inject, input, linkedSignal, output, signal } from '@angular/core';
import { TranslocoDirective, TranslocoPipe } from '@jsverse/transloco';
import { LiveStore, type Instance } from '../api';
import { LogDrawer, failureWords } from '../ui-kit';
import { SaidPipe } from '../wording';
import { engineLog } from './engine-log';
import { MemberChoice } from './member-choice';
import { shortId } from './service-state';

/** The engine log of one instance in a drawer. */
@Component({
  selector: 'os-instance-log',
  imports: [TranslocoDirective, TranslocoPipe, LogDrawer, MemberChoice, SaidPipe],
  template: `
    <os-log-drawer *transloco="let t" [open]="true" (openChange)="closed.emit()" [title]="t('services.logs.title', { id: short(), service: service()?.name ?? '' })" [lines]="log.lines()" [following]="following()" (followingChange)="following.set($event)" [name]="fileName()">
      <os-member-choice [members]="instance().members" [(rank)]="rank" />
      @if (log.failure(); as failure) {<p class="failure" role="alert">{{ failureWords(failure).message ? (failureWords(failure).message | said) : (failureWords(failure).title | transloco) }}</p>}
    </os-log-drawer>
  `,
  styles: `.failure { margin: 0 0 8px; color: var(--os-bad-text); }`,
})
export class InstanceLog {
  private readonly live = inject(LiveStore);

  readonly instance = input.required<Instance>();
  readonly closed = output();

  protected readonly service = computed(() => this.live.services().find((service) => service.id === this.instance().serviceId));
  /** As it is now, not as it was when the drawer was opened. */
  private readonly current = computed(() => this.service()?.instances.find((instance) => instance.id === this.instance().id) ?? this.instance());
  /** Of an instance that spans nodes: whose log. */
  protected readonly rank = linkedSignal({ source: computed(() => this.instance().id), computation: () => 0 });
  protected readonly log = engineLog(this.current, this.rank);
  protected readonly following = signal(true);
  protected readonly short = computed(() => shortId(this.instance().id));
  protected readonly fileName = computed(() => `${this.service()?.name ?? 'instance'}-${this.short()}${this.rank() > 0 ? `-${this.rank()}` : ''}`);
  protected readonly failureWords = failureWords;
}
