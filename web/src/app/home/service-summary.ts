import { Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import type { Service } from '../api';
import { StateTag, type Tone } from '../ui-kit';

const tones: Readonly<Record<Service['state'], Tone>> = { deploying: 'busy', ready: 'ok', degraded: 'warn', failed: 'bad', stopped: 'idle', deleting: 'busy' };
const urgency: readonly Service['state'][] = ['failed', 'degraded', 'deploying', 'deleting', 'ready', 'stopped'];
const shownCount = 7;

/** The services, those that need attention first. */
@Component({
  selector: 'os-service-summary',
  imports: [RouterLink, TranslocoDirective, StateTag],
  template: `
    <ul *transloco="let t">
      @for (service of sorted(); track service.id) {
        <li>
          <a [routerLink]="['/services', service.id]" class="name ellipsis" [title]="service.name">{{ service.name }}</a>
          <span class="ready">{{ service.readyInstances }}/{{ service.wantedInstances }}</span>
          <os-state-tag [tone]="tones[service.state]" [label]="t('home.service.' + service.state) + (service.percent !== null ? ' ' + floor(service.percent) + '%' : '')" />
        </li>
      }
    </ul>
  `,
  styles: `
    ul { list-style: none; margin: 0; padding: 4px 0; }
    li { display: grid; grid-template-columns: 1fr auto 132px; gap: 12px; align-items: center; padding: 7px 16px; border-bottom: 1px solid var(--os-line-soft); }
    li:last-child { border-bottom: 0; }
    .ready { color: var(--os-text-2); font-size: 12px; font-variant-numeric: tabular-nums; }
  `,
})
export class ServiceSummary {
  readonly services = input.required<readonly Service[]>();
  protected readonly tones = tones;
  protected readonly floor = Math.floor;

  protected sorted(): readonly Service[] {
    return this.services().toSorted((a, b) => urgency.indexOf(a.state) - urgency.indexOf(b.state)).slice(0, shownCount);
  }
}
