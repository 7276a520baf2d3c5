import { Component, computed, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { Call } from '../api';
import { CopyText, DurationPipe } from '../ui-kit';
import { waterfall } from './waterfall';

const colours = { queue: 8, connect: 5, firstToken: 2, decode: 1, whole: 8 } as const;

/** Where the time of one call went, and what else is known of it. */
@Component({
  selector: 'os-call-waterfall',
  imports: [TranslocoDirective, CopyText, DurationPipe],
  template: `
    <ng-container *transloco="let t">
      <ol>
        @for (phase of phases(); track phase.key) {
          <li>
            <span>{{ t('usage.phase.' + phase.key) }}</span>
            <div class="lane"><div [style.left.%]="share(phase.startMs)" [style.width.%]="share(phase.ms)" [style.background]="'var(--os-chart-' + colours[phase.key] + ')'"></div></div>
            <b>{{ phase.ms | duration }}</b>
          </li>
        }
      </ol>
      <dl>
        <div><dt>{{ t('usage.detail.id') }}</dt><dd><os-copy [text]="call().id" [mono]="true" /></dd></div>
        <div><dt>{{ t('usage.detail.path') }}</dt><dd><code>{{ call().path }}</code> {{ call().stream ? t('usage.detail.stream') : '' }}</dd></div>
        <div><dt>{{ t('usage.detail.status') }}</dt><dd>{{ call().status }} {{ call().errorCode ?? '' }}</dd></div>
        <div><dt>{{ t('usage.detail.instance') }}</dt><dd>@if (call().instanceId; as id) {<os-copy [text]="id" [label]="id.slice(0, 8)" [mono]="true" />} @else {–}</dd></div>
        <div><dt>{{ t('usage.detail.retries') }}</dt><dd>{{ call().retries }}</dd></div>
        <div><dt>{{ t('usage.detail.tokens') }}</dt><dd>{{ call().promptTokens ?? '–' }} + {{ call().completionTokens ?? '–' }} {{ call().tokensEstimated ? t('usage.detail.estimated') : '' }}</dd></div>
      </dl>
    </ng-container>
  `,
  styles: `
    :host { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 32px; padding: 4px 8px; }
    ol { list-style: none; margin: 0; padding: 0; display: grid; gap: 4px; align-content: start; }
    li { display: grid; grid-template-columns: 112px 1fr 72px; gap: 12px; align-items: center; font-size: 12px; color: var(--os-text-2); }
    .lane { position: relative; height: 12px; border-radius: 3px; background: var(--os-hover); overflow: hidden; }
    .lane div { position: absolute; top: 0; bottom: 0; min-width: 2px; border-radius: 2px; }
    b { font-weight: 500; text-align: right; color: var(--os-text); font-variant-numeric: tabular-nums; white-space: nowrap; }
    dl { margin: 0; display: grid; grid-template-columns: 1fr 1fr; gap: 4px 24px; font-size: 12px; align-content: start; }
    dl div { display: flex; gap: 8px; min-width: 0; }
    dt { color: var(--os-text-2); font-weight: 400; white-space: nowrap; }
    dd { margin: 0; min-width: 0; font-variant-numeric: tabular-nums; }
    @media (max-width: 720px) { :host { position: sticky; left: 8px; max-width: calc(100vw - 64px); } dl { grid-template-columns: minmax(0, 1fr); } li { grid-template-columns: 92px minmax(0, 1fr) 60px; } }
    @media (max-width: 1180px) { :host { grid-template-columns: 1fr; gap: 16px; } }
  `,
})
export class CallWaterfall {
  readonly call = input.required<Call>();
  protected readonly phases = computed(() => waterfall(this.call()));
  protected readonly colours = colours;

  protected share(ms: number): number {
    return Math.min(100, (ms / Math.max(1, this.call().durationMs)) * 100);
  }
}
