import { Component, computed, effect, inject, signal, untracked } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzCheckboxModule } from 'ng-zorro-antd/checkbox';
import { Api, Paged, type ServiceEvent } from '../../api';
import { Language } from '../../i18n';
import { EmptyState, ErrorState, RelativeTime, Skeleton, StateTag, type Tone } from '../../ui-kit';
import { SaidPipe } from '../../wording';
import { shortId } from '../service-state';
import { ServiceContext } from './service-context';

const tones: Readonly<Record<ServiceEvent['severity'], Tone>> = { info: 'idle', warning: 'warn', error: 'bad' };

/** What happened to the service, newest first. */
@Component({
  selector: 'os-service-events',
  imports: [FormsModule, RouterLink, TranslocoDirective, NzButtonModule, NzCheckboxModule, EmptyState, ErrorState, RelativeTime, SaidPipe, Skeleton, StateTag],
  template: `
    <section class="card" *transloco="let t">
      <h2>{{ t('services.detail.tabs.events') }} <label nz-checkbox class="only" name="only" [(ngModel)]="troubles">{{ t('services.event.troubles') }}</label></h2>
      @if (list.failure(); as failed) {<os-error class="failure" [failure]="failed" (retry)="list.start()" />}
      @if (list.loaded()) {
        <ol>
          @for (event of shown(); track event.id) {
            <li [attr.data-tone]="tones[event.severity]">
              <os-time class="when" [at]="event.at" />
              <os-state-tag [tone]="tones[event.severity]" [label]="kind(event)" />
              <div><p>{{ event.message | said }}</p>
                @if (event.instanceId; as instance) {<p class="detail">{{ t('services.logs.instance') }} @if (context.mayWrite()) {<a [routerLink]="['/services', context.id(), 'logs']" [queryParams]="{ instance }"><code>{{ shortId(instance) }}</code></a>} @else {<code>{{ shortId(instance) }}</code>}</p>}
              </div>
            </li>
          } @empty {<os-empty icon="clock-circle" [text]="t('services.event.none')" />}
        </ol>
        @if (list.more()) {<div class="older"><button nz-button type="button" [nzLoading]="list.busy()" (click)="list.older()">{{ t('services.event.older') }}</button></div>}
      } @else if (!list.failure()) {<os-skeleton />}
    </section>
  `,
  styles: `
    .only { font-weight: 400; font-size: 13px; }
    .failure { margin: 16px; }
    ol { margin: 0; padding: 0; list-style: none; }
    li { display: grid; grid-template-columns: 110px 180px minmax(0, 1fr); gap: 4px 16px; padding: 9px 16px; border-bottom: 1px solid var(--os-line-soft); font-size: 13px; line-height: 20px; align-items: start; }
    li:last-child { border-bottom: 0; }
    .when { color: var(--os-text-2); font-size: 12px; }
    p { margin: 0; overflow-wrap: anywhere; }
    .detail { font-size: 12px; color: var(--os-text-2); }
    .older { display: flex; justify-content: center; padding: 12px; border-top: 1px solid var(--os-line-soft); }
    @media (max-width: 720px) { li { grid-template-columns: minmax(0, 1fr) auto; } .when { order: 1; } li > div { grid-column: 1 / -1; order: 2; } }
  `,
})
export class ServiceEvents {
  private readonly api = inject(Api);
  private readonly language = inject(Language);
  private readonly translations = inject(TranslocoService);
  protected readonly context = inject(ServiceContext);

  protected readonly tones = tones;
  protected readonly shortId = shortId;
  protected readonly troubles = signal(false);
  protected readonly list = new Paged<ServiceEvent>((before) => this.api.get('/services/{id}/events', { params: { id: this.context.id() }, query: { limit: 50, ...(before === undefined ? {} : { before }) } }));
  protected readonly shown = computed(() => this.list.items().filter(({ severity }) => !this.troubles() || severity !== 'info'));
  /** Whenever one of these moves, something has happened. */
  private readonly wake = computed(() => {
    const service = this.context.service();
    return service === null ? '' : [service.id, service.state, service.revision, service.outdatedInstances, service.wantedInstances, service.instances.map(({ id, state, ready }) => id + state + String(ready)).join()].join(' ');
  });

  constructor() {
    effect(() => {
      if (this.wake() !== '') untracked(() => void this.list.start());
    });
  }

  /** What such an event is, in the console's language; the controller's sentence beside it has the names. */
  protected kind({ code }: ServiceEvent): string {
    const word: unknown = this.translations.getTranslation(this.language.current())[`services.event.code.${code}`];
    return typeof word === 'string' ? word : code;
  }
}
