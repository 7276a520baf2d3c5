import { Component, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { SaidPipe } from '../wording';
import { failureWords, type Failure } from './failure-words';
import { RelativeTime } from './relative-time';

/** What went wrong, since when, what can be done, and the request id for whoever is asked for help. */
@Component({
  selector: 'os-error',
  imports: [TranslocoDirective, NzButtonModule, NzIconModule, RelativeTime, SaidPipe],
  template: `
    <ng-container *transloco="let t">
      <nz-icon nzType="close-circle" nzTheme="fill" aria-hidden="true" />
      <div class="words" role="alert">
        <strong>{{ t(words(failure()).title) }}</strong>
        <p>{{ words(failure()).message ? (words(failure()).message | said) : t(words(failure()).hint) }}</p>
        <p class="small">
          @if (failure().at; as at) {<os-time [at]="at" />}
          @if (failure().requestId) {<span>{{ t('kit.error.requestId') }} <code>{{ failure().requestId }}</code></span>}
        </p>
      </div>
      <button nz-button (click)="retry.emit()">{{ t('kit.error.retry') }}</button>
    </ng-container>
  `,
  styles: `
    :host { display: flex; align-items: flex-start; gap: 12px; padding: 16px; border: 1px solid var(--os-bad-line); border-radius: 8px; background: var(--os-bad-soft); }
    nz-icon { color: var(--os-bad); font-size: 18px; margin-top: 2px; }
    .words { flex: 1; min-width: 0; }
    p { margin: 2px 0 0; max-width: 72ch; overflow-wrap: anywhere; }
    .small { display: flex; gap: 16px; font-size: 12px; color: var(--os-text-2); margin-top: 6px; }
  `,
})
export class ErrorState {
  readonly failure = input.required<Failure>();
  readonly retry = output();
  protected readonly words = failureWords;
}
