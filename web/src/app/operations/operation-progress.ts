import { Component, computed, inject, input, output } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import type { Operation } from '../api';
import { Language } from '../i18n';
import { ProgressLine, transferWords } from '../ui-kit';
import { WordPipe } from '../wording';
import { operationTone } from './operation-state';

/** An operation as a bar with phase, speed and the way to its log. */
@Component({
  selector: 'os-operation-progress',
  imports: [ProgressLine, WordPipe],
  template: `
    <os-progress [percent]="operation().percent" [decimals]="operation().transfer || operation().kind === 'download-model' ? 2 : 0" [phase]="operation().kind + '.' + operation().phase | word: 'phase' : (operation().phase | word: 'phase')" [detail]="detail()" [tone]="tone()"
      [elapsedSince]="!elapsed() || detail() || operation().state !== 'running' ? null : operation().startedAt" [hasLog]="hasLog()" (openLog)="openLog.emit()" />
  `,
  styles: `os-progress { max-width: none; }`,
})
export class OperationProgress {
  private readonly words = inject(TranslocoService);
  private readonly language = inject(Language);

  readonly operation = input.required<Operation>();
  readonly hasLog = input(true);
  /** Off where there is room for the phase only. */
  readonly elapsed = input(true);
  readonly openLog = output();

  protected readonly tone = computed(() => operationTone[this.operation().state]);
  protected readonly detail = computed(() => {
    const { transfer } = this.operation();
    return transfer ? transferWords(transfer, this.language.current(), (key, values) => this.words.translate(key, values)) : '';
  });
}
