import { Component, DestroyRef, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Api, type Service } from '../api';
import { NumberPipe, StateTag, type Tone } from '../ui-kit';

const tones: Readonly<Record<Service['state'], Tone>> = { deploying: 'busy', ready: 'ok', degraded: 'warn', failed: 'bad', stopped: 'idle', deleting: 'busy' };
const urgency: readonly Service['state'][] = ['failed', 'degraded', 'deploying', 'deleting', 'ready', 'stopped'];
const shownCount = 6;
const refreshMs = 30_000;

/** The services, those that need attention first, with their model and how much they are used. */
@Component({
  selector: 'os-service-summary',
  imports: [RouterLink, TranslocoDirective, NumberPipe, StateTag],
  template: `
    <ul *transloco="let t">
      @for (service of sorted(); track service.id) {
        <li>
          <div class="words">
            <a [routerLink]="['/services', service.id]" class="name ellipsis" [title]="service.name">{{ service.name }}</a>
            <span class="model ellipsis" [title]="service.modelName">{{ service.modelName }}</span>
          </div>
          <span class="calls">@if (calls().get(service.id); as count) {{{ t('home.service.calls', { count: (count | number) }) }}}</span>
          <div class="state">
            <os-state-tag [tone]="tones[service.state]" [label]="t('home.service.' + service.state) + (service.percent !== null ? ' ' + floor(service.percent) + '%' : '')" />
            <span class="ready">{{ t('home.service.instances', { ready: service.readyInstances, count: service.wantedInstances }) }}</span>
          </div>
        </li>
      }
    </ul>
  `,
  styles: `
    ul { list-style: none; margin: 0; padding: 4px 0; }
    li { display: grid; grid-template-columns: minmax(0, 1fr) auto auto; gap: 20px; align-items: center; padding: 8px 16px; border-bottom: 1px solid var(--os-line-soft); }
    li:last-child { border-bottom: 0; }
    .words { min-width: 0; }
    .name { display: block; font-weight: 500; }
    .model, .ready, .calls { display: block; font-size: 12px; line-height: 18px; color: var(--os-text-2); font-variant-numeric: tabular-nums; white-space: nowrap; }
    @media (max-width: 720px) { li { gap: 8px; } .calls { display: none; } }
    .state { display: flex; flex-direction: column; align-items: flex-end; min-width: 96px; }
  `,
})
export class ServiceSummary {
  private readonly api = inject(Api);

  readonly services = input.required<readonly Service[]>();
  protected readonly tones = tones;
  protected readonly floor = Math.floor;
  protected readonly sorted = computed(() => this.services().toSorted((a, b) => urgency.indexOf(a.state) - urgency.indexOf(b.state)).slice(0, shownCount));
  /** Requests of the last hour by service; without an entry while not known. */
  protected readonly calls = signal<ReadonlyMap<string, number>>(new Map());
  private readonly shownIds = computed(() => this.sorted().map(({ id }) => id).join(' '));

  constructor() {
    effect(() => {
      const ids = this.shownIds();
      untracked(() => void this.count(ids));
    });
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void this.count(this.shownIds());
    }, refreshMs);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }

  private async count(ids: string): Promise<void> {
    if (ids === '') return;
    const answers = await Promise.allSettled(ids.split(' ').map(async (serviceId) => [serviceId, (await this.api.get('/usage', { query: { serviceId, minutes: 60 } })).requests] as const));
    if (ids !== this.shownIds()) return;
    // A number that could not be read is left out; the page says elsewhere when the controller is silent.
    this.calls.set(new Map(answers.filter((answer) => answer.status === 'fulfilled').map(({ value }) => value)));
  }
}
