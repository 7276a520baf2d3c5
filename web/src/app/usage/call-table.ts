import { Component, input, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzTableModule } from 'ng-zorro-antd/table';
import { NzTooltipModule } from 'ng-zorro-antd/tooltip';
import type { Call } from '../api';
import { NumberPipe, StateTag, formatExactInstant, formatSeconds } from '../ui-kit';
import { outcomeTone } from './call-outcome';
import { CallWaterfall } from './call-waterfall';

/** The guide's service log: when, who, which model, how long, how many tokens, how fast; then how it ended. A row opens its waterfall. */
@Component({
  selector: 'os-call-table',
  imports: [TranslocoDirective, NzIconModule, NzTableModule, NzTooltipModule, CallWaterfall, NumberPipe, StateTag],
  templateUrl: './call-table.html',
  styles: `
    .at { font-variant-numeric: tabular-nums; white-space: nowrap; }
    .name { display: block; max-width: 200px; }
    .unfold { width: 36px; }
    .unfold button { border: 0; background: none; padding: 2px 4px; color: var(--os-text-3); cursor: pointer; line-height: 1; }
    .unfold button:hover { color: var(--os-brand-text); }
    tr.open > td { background: var(--os-sunken); }
  `,
})
export class CallTable {
  readonly calls = input.required<readonly Call[]>();
  protected readonly open = signal<string | null>(null);
  protected readonly tones = outcomeTone;
  protected readonly seconds = formatSeconds;

  protected toggle(id: string): void {
    this.open.update((open) => (open === id ? null : id));
  }

  protected instant(at: string): string {
    return formatExactInstant(new Date(at));
  }
}
