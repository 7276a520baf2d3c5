import { Component, computed, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { Language } from '../i18n';
import { Clock } from './clock';
import { formatDuration } from './format';
import type { Tone } from './state-tag';

export interface ShownStep {
  readonly id: string;
  /** Already translated. */
  readonly label: string;
  readonly state: 'pending' | 'running' | 'succeeded' | 'failed' | 'skipped';
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** What it found or why it failed, already translated. */
  readonly message: string;
}

type State = ShownStep['state'];
const tones: Readonly<Record<State, Tone>> = { pending: 'idle', running: 'busy', succeeded: 'ok', failed: 'bad', skipped: 'idle' };
const icons: Readonly<Record<State, { readonly type: string; readonly theme: 'fill' | 'outline' }>> = {
  pending: { type: 'clock-circle', theme: 'outline' }, running: { type: 'loading', theme: 'outline' }, succeeded: { type: 'check-circle', theme: 'fill' },
  failed: { type: 'close-circle', theme: 'fill' }, skipped: { type: 'minus-circle', theme: 'outline' },
};

/** The steps of a job from top to bottom: how each stands, what it found and how long it took or has been taking. */
@Component({
  selector: 'os-steps',
  imports: [TranslocoDirective, NzIconModule],
  template: `
    <ol *transloco="let t">
      @for (step of steps(); track step.id) {
        <li [attr.data-tone]="tones[step.state]" [class.later]="step.state === 'pending'" [attr.aria-current]="step.state === 'running' ? 'step' : null">
          <nz-icon [nzType]="icons[step.state].type" [nzTheme]="icons[step.state].theme" aria-hidden="true" />
          <div class="words">
            <span class="label">{{ step.label }} <span class="visually-hidden">{{ t('kit.step.' + step.state) }}</span></span>
            @if (step.message) {<p>{{ step.message }}</p>}
          </div>
          <span class="time">@if (step.state === 'skipped') {{{ t('kit.step.skipped') }}} @else {{{ elapsed()[step.id] }}}</span>
        </li>
      }
    </ol>
  `,
  styles: `
    ol { margin: 0; padding: 0; list-style: none; }
    li { position: relative; display: flex; gap: 12px; padding-bottom: 14px; line-height: 20px; }
    li:last-child { padding-bottom: 0; }
    li:not(:last-child)::after { content: ''; position: absolute; left: 7px; top: 22px; bottom: 2px; width: 1px; background: var(--os-line); }
    nz-icon { flex: none; align-self: flex-start; margin-top: 2px; font-size: 15px; color: var(--os-tone); }
    .words { flex: 1; min-width: 0; }
    .label { font-weight: 500; }
    .later .label { font-weight: 400; color: var(--os-text-3); }
    p { margin: 1px 0 0; font-size: 12px; line-height: 18px; color: var(--os-text-2); overflow-wrap: anywhere; max-width: 72ch; }
    li[data-tone='bad'] p { color: var(--os-bad-text); }
    .time { flex: none; font-size: 12px; color: var(--os-text-3); font-variant-numeric: tabular-nums; white-space: nowrap; }
  `,
})
export class StepList {
  private readonly clock = inject(Clock);
  private readonly language = inject(Language);

  readonly steps = input.required<readonly ShownStep[]>();

  protected readonly tones = tones;
  protected readonly icons = icons;
  /** Words by step. */
  protected readonly elapsed = computed(() => {
    const now = this.clock.now().getTime();
    return Object.fromEntries(this.steps().flatMap(({ id, startedAt, finishedAt }) => (startedAt === null ? [] : [[id, formatDuration(wholeSeconds((finishedAt === null ? now : Date.parse(finishedAt)) - Date.parse(startedAt)), this.language.current()).replace('.00', '')]])));
  });
}

function wholeSeconds(ms: number): number {
  return ms < 1000 ? Math.max(0, Math.round(ms)) : Math.floor(ms / 1000) * 1000;
}
