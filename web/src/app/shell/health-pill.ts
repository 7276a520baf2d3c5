import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { LiveStore } from '../api';
import { RelativeTime, StateTag } from '../ui-kit';
import { healthOf } from './health';

/** How the cluster is, in the top bar; says so when it is only what we last knew. */
@Component({
  selector: 'os-health-pill',
  imports: [RouterLink, TranslocoDirective, RelativeTime, StateTag],
  template: `
    <ng-container *transloco="let t">
      @if (live.stale()) {
        <span class="pill"><os-state-tag tone="warn" [label]="t('shell.health.stale')" /> <os-time [at]="live.staleSince()" /></span>
      } @else if (health(); as health) {
        <a class="pill" routerLink="/nodes"><os-state-tag [tone]="health.tone" [label]="label(t)" /></a>
      }
    </ng-container>
  `,
  styles: `
    .pill { display: inline-flex; align-items: center; gap: 6px; height: 28px; padding: 0 12px 0 10px; border-radius: 14px; background: rgba(255, 255, 255, 0.08); font-size: 12px; text-decoration: none; color: #dbe7ec; white-space: nowrap; max-width: 100%; overflow: hidden; box-sizing: border-box; }
    os-state-tag { min-width: 0; overflow: hidden; }
    os-state-tag ::ng-deep span { overflow: hidden; text-overflow: ellipsis; }
    a.pill:hover { background: rgba(255, 255, 255, 0.14); }
    os-state-tag { --os-tone-text: #eaf2f5; font-size: 12px; }
    os-state-tag[data-tone='ok'] { --os-tone: #5fd394; }
    os-state-tag[data-tone='warn'] { --os-tone: #f0b450; }
    os-state-tag[data-tone='bad'] { --os-tone: #ff8d86; }
    os-state-tag[data-tone='idle'] { --os-tone: #a9bac4; }
  `,
})
export class HealthPill {
  protected readonly live = inject(LiveStore);
  protected readonly health = computed(() => {
    const overview = this.live.overview();
    return overview && healthOf(overview);
  });

  protected label(translate: (key: string, values: object) => string): string {
    return (this.health()?.parts ?? []).map(({ key, count }) => translate(count === 1 ? `${key}One` : key, { count })).join(' · ');
  }
}
