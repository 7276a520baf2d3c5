import { Component, computed, inject, input, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzTooltipModule } from 'ng-zorro-antd/tooltip';
import type { Service } from '../../api';
import { RelativeTime } from '../../ui-kit';
import { SaidPipe } from '../../wording';
import { ServiceDeeds } from '../service-deeds';

/** What the service was tried to do: one badge a feature, and what to change where one failed. */
@Component({
  selector: 'os-conformance',
  imports: [TranslocoDirective, NzButtonModule, NzIconModule, NzTooltipModule, RelativeTime, SaidPipe],
  template: `
    <section class="card" *transloco="let t">
      <h2>{{ t('services.conformance.title') }}
        @if (mayWrite()) {<button nz-button nzSize="small" type="button" [nzLoading]="busy()" [disabled]="service().readyInstances === 0" [title]="service().readyInstances === 0 ? t('services.conformance.notReady') : ''" (click)="again()"><nz-icon nzType="reload" />{{ t('services.conformance.again') }}</button>}
      </h2>
      <div class="card-body">
        @if (service().conformance; as found) {
          <ul class="badges">
            @for (each of found.results; track each.feature) {
              <li [attr.data-tone]="each.ok === null ? 'idle' : each.ok ? 'ok' : 'warn'" nz-tooltip [nzTooltipTitle]="each.detail" [attr.tabindex]="each.detail ? 0 : null"><nz-icon [nzType]="each.ok === null ? 'minus-circle' : each.ok ? 'check-circle' : 'exclamation-circle'" aria-hidden="true" />{{ t('services.conformance.feature.' + each.feature) }}<span class="visually-hidden">{{ t('services.conformance.' + (each.ok === null ? 'na' : each.ok ? 'yes' : 'no')) }}</span></li>
            }
            @if (found.embeddingDimensions; as count) {<li data-tone="idle">{{ t('services.conformance.dimensions', { count }) }}</li>}
          </ul>
          @for (each of found.suggestions; track each.parameters) {
            <div class="suggestion"><div><p>{{ each.message | said }}</p><code>{{ each.parameters }}</code></div>
              @if (mayWrite()) {<button nz-button nzSize="small" type="button" (click)="apply(each.parameters, each.message)">{{ t('services.conformance.apply') }}</button>}</div>
          }
          <p class="when">{{ t('services.conformance.checked', { revision: found.revision }) }} <os-time [at]="found.checkedAt" />@if (old()) {<span class="old"> · {{ t('services.conformance.old') }}</span>}</p>
        } @else {<p class="when">{{ t('services.conformance.none') }}</p>}
      </div>
    </section>
  `,
  styles: `
    .badges { display: flex; flex-wrap: wrap; gap: 6px; margin: 0 0 12px; padding: 0; list-style: none; }
    .badges li { display: inline-flex; align-items: center; gap: 6px; padding: 0 10px; border: 1px solid var(--os-tone-line); border-radius: 12px; background: var(--os-tone-soft); color: var(--os-tone-text); font-size: 12px; line-height: 22px; }
    .suggestion { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; padding: 8px 12px; margin-bottom: 8px; border-radius: 6px; background: var(--os-sunken); }
    .suggestion > div { flex: 1; min-width: 200px; }
    p { margin: 0; overflow-wrap: anywhere; }
    code { font-size: 12px; overflow-wrap: anywhere; }
    .when { font-size: 12px; color: var(--os-text-2); }
    .old { color: var(--os-warn-text); }
  `,
})
export class ConformanceCard {
  private readonly deeds = inject(ServiceDeeds);

  readonly service = input.required<Service>();
  readonly mayWrite = input.required<boolean>();
  protected readonly busy = signal(false);
  protected readonly old = computed(() => (this.service().conformance?.revision ?? 0) < this.service().revision);

  protected async again(): Promise<void> {
    this.busy.set(true);
    await this.deeds.conform(this.service());
    this.busy.set(false);
  }

  protected apply(parameters: string, lead: string): void {
    const service = this.service();
    void this.deeds.edit({ service, lead, proposed: { parameters: `${service.parameters} ${parameters}`.trim() }, title: 'services.conformance.applyTitle' });
  }
}
