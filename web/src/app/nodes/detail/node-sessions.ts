import { Component, computed, effect, inject, untracked } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzTableModule } from 'ng-zorro-antd/table';
import { Api, Paged, type NodeSession } from '../../api';
import { Clock, CopyText, DurationPipe, EmptyState, ErrorState, RelativeTime, Skeleton, StateTag } from '../../ui-kit';
import { SaidPipe } from '../../wording';
import { NodeContext } from './node-context';

/** The sessions of the node's agent, newest first: a node that drops out often shows it here. */
@Component({
  selector: 'os-node-sessions',
  imports: [TranslocoDirective, NzButtonModule, NzTableModule, CopyText, DurationPipe, EmptyState, ErrorState, RelativeTime, SaidPipe, Skeleton, StateTag],
  template: `
    <section class="card" *transloco="let t">
      <h2>{{ t('nodes.tabs.sessions') }}</h2>
      @if (list.failure(); as failed) {<os-error class="failure" [failure]="failed" (retry)="list.start()" />}
      @if (list.loaded()) {
        @if (list.items().length > 0) {
          <nz-table [nzData]="$any(list.items())" [nzFrontPagination]="false" [nzShowPagination]="false" nzSize="small" nzTableLayout="auto" [nzScroll]="{ x: '760px' }">
            <thead><tr><th class="num">#</th><th>{{ t('nodes.session.opened') }}</th><th>{{ t('nodes.session.lasted') }}</th><th>{{ t('nodes.inventory.agent') }}</th><th>{{ t('nodes.inventory.address') }}</th><th>{{ t('nodes.session.end') }}</th></tr></thead>
            <tbody>
              @for (session of list.items(); track session.number) {
                <tr>
                  <td class="num">{{ session.number }}</td><td><os-time [at]="session.openedAt" [exact]="true" /></td>
                  <td class="nowrap">{{ lasted(session) | duration }}</td>
                  <td>{{ session.agentVersion || '–' }}</td><td>@if (session.address) {<os-copy [text]="session.address" [mono]="true" />} @else {–}</td>
                  <td>@if (session.closedAt) {{{ (session.reason | said) || '–' }} <os-time class="faint small" [at]="session.closedAt" />} @else {<os-state-tag tone="ok" [label]="t('nodes.session.alive')" />}</td>
                </tr>
              }
            </tbody>
          </nz-table>
          @if (list.more()) {<div class="older"><button nz-button [nzLoading]="list.busy()" (click)="list.older()">{{ t('nodes.event.older') }}</button></div>}
        } @else {<os-empty icon="link" [text]="t('nodes.session.none')" />}
      } @else if (!list.failure()) {<os-skeleton />}
    </section>
  `,
  styles: `.failure { margin: 16px; } .older { display: flex; justify-content: center; padding: 12px; border-top: 1px solid var(--os-line-soft); }`,
})
export class NodeSessions {
  private readonly api = inject(Api);
  private readonly clock = inject(Clock);
  protected readonly context = inject(NodeContext);
  protected readonly list = new Paged<NodeSession>((before) => this.api.get('/nodes/{id}/sessions', { params: { id: this.context.id() }, query: { limit: 50, ...(before === undefined ? {} : { before }) } }));

  constructor() {
    // Not with every sample of the node: only when its connection may have changed.
    const wake = computed(() => [this.context.id(), this.context.node()?.state, this.context.node()?.agentVersion].join(' '));
    effect(() => {
      if (wake()) untracked(() => void this.list.start());
    });
  }

  /** Whole seconds; of a living one until now. */
  protected lasted({ openedAt, closedAt }: NodeSession): number {
    const ms = (closedAt === null ? this.clock.now().getTime() : Date.parse(closedAt)) - Date.parse(openedAt);
    return Math.max(0, ms < 60_000 ? ms : Math.floor(ms / 1000) * 1000);
  }
}
