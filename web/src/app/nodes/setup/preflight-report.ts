import { Component, computed, inject, input, output } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzCheckboxModule } from 'ng-zorro-antd/checkbox';
import { NzIconModule } from 'ng-zorro-antd/icon';
import type { PreflightRow } from '../../api';
import { Language } from '../../i18n';
import { CommandBox, StateTag, type Tone } from '../../ui-kit';
import { SaidPipe } from '../../wording';
import { asks, byWeight, type Result } from './review';

const tones: Readonly<Record<Result, Tone>> = { pass: 'ok', warn: 'warn', fail: 'bad', skipped: 'idle' };

/** What was found on a server, row by row: measured and wanted, what to do about it, and what the platform can mend. */
@Component({
  selector: 'os-preflight-report',
  imports: [FormsModule, TranslocoDirective, NzCheckboxModule, NzIconModule, CommandBox, SaidPipe, StateTag],
  templateUrl: './preflight-report.html',
  styleUrl: './preflight-report.scss',
})
export class PreflightReport {
  private readonly words = inject(TranslocoService);
  private readonly language = inject(Language);

  readonly rows = input.required<readonly PreflightRow[]>();
  /** Ids of the fixes that are ticked; null when the time to tick is over. */
  readonly ticked = input<ReadonlySet<string> | null>(null);
  readonly tickedChange = output<ReadonlySet<string>>();

  protected readonly tones = tones;
  protected readonly asks = asks;
  protected readonly sorted = computed(() => byWeight(this.rows()));

  protected title(id: string): string {
    return this.known(`check.${id}`) ?? id;
  }

  protected tick(id: string, on: boolean): void {
    const ticked = new Set(this.ticked());
    if (on) ticked.add(id);
    else ticked.delete(id);
    this.tickedChange.emit(ticked);
  }

  private known(key: string): string | null {
    const word: unknown = this.words.getTranslation(this.language.current())[`nodes.${key}`];
    return typeof word === 'string' && word !== '-' ? word : null;
  }
}
