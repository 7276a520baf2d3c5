import { Component, computed, inject, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import type { Diagnosis, Service } from '../api';
import { ChangeList } from './detail/change-list';
import { settingChanges, settingsOf, type RunSettings } from './detail/settings-diff';
import { DiagnosisWords } from './diagnosis-words';

/** Why an instance failed: what it is, the line that says so, what helps, and the change that is likely to mend it. */
@Component({
  selector: 'os-diagnosis',
  imports: [RouterLink, TranslocoDirective, NzButtonModule, NzIconModule, ChangeList],
  template: `
    <section *transloco="let t" role="status">
      <nz-icon nzType="close-circle" nzTheme="fill" aria-hidden="true" />
      <div>
        <h3>{{ words.title(diagnosis()) }}</h3>
        @if (diagnosis().evidence) {
          <figure><figcaption>{{ t('services.diagnosis.evidence') }}@if (diagnosis().evidenceLine; as line) {<span> · {{ t('services.diagnosis.line', { line }) }}</span>}
            @if (logLink()) {<a [routerLink]="['/services', service().id, 'logs']" [queryParams]="{ instance: instanceId() }">{{ t('services.diagnosis.openLog') }}</a>}</figcaption><pre>{{ diagnosis().evidence }}</pre></figure>
        }
        <p>{{ words.advice(diagnosis()) }}</p>
        @if (diagnosis().fix && changes().length > 0) {
          <div class="fix"><os-change-list [changes]="changes()" />
            @if (mayWrite()) {<button nz-button nzType="primary" nzSize="small" type="button" (click)="relaunch.emit(proposed())">{{ t('services.diagnosis.relaunch') }}</button>}
          </div>
        }
      </div>
    </section>
  `,
  styles: `
    :host { display: block; min-width: 0; }
    section { display: flex; gap: 12px; padding: 12px 16px; border: 1px solid var(--os-bad-line); border-radius: 8px; background: var(--os-bad-soft); }
    section > nz-icon { color: var(--os-bad); font-size: 16px; margin-top: 3px; flex: none; align-self: start; }
    section > div { flex: 1; min-width: 0; display: grid; gap: 8px; }
    h3 { margin: 0; font-size: 14px; line-height: 22px; font-weight: 600; }
    p { margin: 0; max-width: 96ch; overflow-wrap: anywhere; }
    figure { margin: 0; min-width: 0; }
    figcaption { display: flex; flex-wrap: wrap; gap: 0 8px; font-size: 12px; line-height: 18px; color: var(--os-text-2); margin-bottom: 2px; }
    pre { margin: 0; padding: 6px 10px; border-radius: 6px; background: var(--os-surface); border: 1px solid var(--os-line-soft); font-size: 12px; line-height: 18px; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 112px; overflow-y: auto; }
    .fix { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; padding: 8px 12px; border-radius: 6px; background: var(--os-surface); border: 1px solid var(--os-line-soft); }
    .fix os-change-list { flex: 1; min-width: 200px; }
  `,
})
export class DiagnosisCard {
  protected readonly words = inject(DiagnosisWords);

  readonly diagnosis = input.required<Diagnosis>();
  readonly service = input.required<Service>();
  readonly mayWrite = input.required<boolean>();
  readonly instanceId = input('');
  readonly logLink = input(false);
  readonly relaunch = output<Partial<RunSettings>>();

  protected readonly proposed = computed<Partial<RunSettings>>(() => {
    const { fix } = this.diagnosis();
    if (fix === null) return {};
    return { parameters: fix.parameters, ...(fix.contextLength !== null && { contextLength: fix.contextLength }), ...(fix.parallel !== null && { parallel: fix.parallel }) };
  });
  protected readonly changes = computed(() => settingChanges(settingsOf(this.service()), { ...settingsOf(this.service()), ...this.proposed() }));
}
