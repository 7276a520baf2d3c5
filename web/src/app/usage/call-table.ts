import { Component, inject, input, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzTableModule } from 'ng-zorro-antd/table';
import { NzTooltipModule } from 'ng-zorro-antd/tooltip';
import type { Call } from '../api';
import { Language } from '../i18n';
import { NumberPipe, StateTag } from '../ui-kit';
import { outcomeTone } from './call-outcome';
import { CallWaterfall } from './call-waterfall';

/** The guide's service log: when, who, which model, how long, how many tokens, how fast. A row opens its waterfall. */
@Component({
  selector: 'os-call-table',
  imports: [TranslocoDirective, NzTableModule, NzTooltipModule, CallWaterfall, NumberPipe, StateTag],
  templateUrl: './call-table.html',
  styles: `
    .at { font-variant-numeric: tabular-nums; white-space: nowrap; }
    .model { max-width: 220px; }
    .estimated { color: var(--os-text-3); cursor: help; }
    tr.open > td { background: var(--os-sunken); }
  `,
})
export class CallTable {
  private readonly language = inject(Language);

  readonly calls = input.required<readonly Call[]>();
  /** Off where all calls are of one service. */
  readonly showModel = input(true);
  protected readonly open = signal<string | null>(null);
  protected readonly tones = outcomeTone;

  protected toggle(id: string): void {
    this.open.update((open) => (open === id ? null : id));
  }

  /** Month, day and time to the millisecond in the browser's zone. */
  protected instant(at: string): string {
    return new Intl.DateTimeFormat(this.language.current() === 'zh' ? 'zh-CN' : 'en-GB', {
      month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hour12: false,
    }).format(new Date(at));
  }

  protected seconds(ms: number | null): number | null {
    return ms === null ? null : ms / 1000;
  }
}
