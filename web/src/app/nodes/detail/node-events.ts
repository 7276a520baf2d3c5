import { Component, computed, effect, inject, signal, untracked } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzCheckboxModule } from 'ng-zorro-antd/checkbox';
import { Api, Paged, type NodeEvent } from '../../api';
import { Language } from '../../i18n';
import { EmptyState, ErrorState, RelativeTime, Skeleton, StateTag } from '../../ui-kit';
import { SaidPipe } from '../../wording';
import { detailWords, severityTone } from './event-words';
import { NodeContext } from './node-context';

/** What happened to the node, newest first. */
@Component({
  selector: 'os-node-events',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzCheckboxModule, EmptyState, ErrorState, RelativeTime, SaidPipe, Skeleton, StateTag],
  template: `
    <section class="card" *transloco="let t">
      <h2>{{ t('nodes.tabs.events') }} <label nz-checkbox class="only" name="only" [(ngModel)]="troubles">{{ t('nodes.event.troubles') }}</label></h2>
      @if (list.failure(); as failed) {<os-error class="failure" [failure]="failed" (retry)="list.start()" />}
      @if (list.loaded()) {
        <ol>
          @for (event of shown(); track event.id) {
            <li [attr.data-tone]="tones[event.severity]">
              <os-time class="when" [at]="event.at" />
              <os-state-tag class="kind" [tone]="tones[event.severity]" [label]="kind(event)" />
              <div class="words"><p>{{ words(event) || (event.message | said) }}</p>@if (words(event)) {<p class="detail">{{ event.message | said }}</p>} @if (details(event).length > 0) {<p class="detail">{{ details(event).join(' · ') }}</p>}</div>
            </li>
          } @empty {<os-empty icon="clock-circle" [text]="t('nodes.event.none')" />}
        </ol>
        @if (list.more()) {<div class="older"><button nz-button [nzLoading]="list.busy()" (click)="list.older()">{{ t('nodes.event.older') }}</button></div>}
      } @else if (!list.failure()) {<os-skeleton />}
    </section>
  `,
  styles: `
    .only { font-weight: 400; font-size: 13px; }
    .failure { margin: 16px; }
    ol { margin: 0; padding: 0; list-style: none; }
    li { display: grid; grid-template-columns: 110px 132px minmax(0, 1fr); gap: 4px 16px; padding: 9px 16px; border-bottom: 1px solid var(--os-line-soft); font-size: 13px; line-height: 20px; align-items: start; }
    li:last-child { border-bottom: 0; }
    .when { color: var(--os-text-2); font-size: 12px; }
    p { margin: 0; line-height: 20px; overflow-wrap: anywhere; }
    .detail { font-size: 12px; color: var(--os-text-2); }
    .older { display: flex; justify-content: center; padding: 12px; border-top: 1px solid var(--os-line-soft); }
    @media (max-width: 720px) { li { grid-template-columns: minmax(0, 1fr) auto; } .when { order: 1; } .words { grid-column: 1 / -1; order: 2; } }
  `,
})
export class NodeEvents {
  private readonly api = inject(Api);
  private readonly language = inject(Language);
  private readonly translations = inject(TranslocoService);
  protected readonly context = inject(NodeContext);

  protected readonly tones = severityTone;
  protected readonly troubles = signal(false);
  protected readonly list = new Paged<NodeEvent>((before) => this.api.get('/nodes/{id}/events', { params: { id: this.context.id() }, query: { limit: 50, ...(before === undefined ? {} : { before }) } }));
  protected readonly shown = computed(() => this.list.items().filter(({ severity }) => !this.troubles() || severity !== 'info'));
  /** Whenever one of these moves, something has happened. */
  private readonly wake = computed(() => {
    const node = this.context.node();
    return [this.context.id(), node?.state, node?.availability, node?.operation?.state, node?.agentVersion, node?.gpus.map(({ health, quarantine }) => health + String(quarantine !== null)).join()].join(' ');
  });

  constructor() {
    effect(() => {
      if (this.wake()) untracked(() => void this.list.start());
    });
  }

  protected kind({ kind }: NodeEvent): string {
    return this.known(`event.kind.${kind}`) ?? kind;
  }

  /** In Chinese what such an event is; the controller's own words are then its detail. */
  protected words({ code }: NodeEvent): string {
    return this.language.current() === 'en' ? '' : (this.known(`event.code.${code}`) ?? '');
  }

  protected details({ details }: NodeEvent): readonly string[] {
    return detailWords(details, this.language.current());
  }

  private known(key: string): string | null {
    const word: unknown = this.translations.getTranslation(this.language.current())[`nodes.${key}`];
    return typeof word === 'string' ? word : null;
  }
}
