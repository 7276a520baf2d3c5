import { Component, computed, inject, input } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import type { ImportReport } from '../../api';
import { BytesPipe, StateTag, formatBytes, type Tone } from '../../ui-kit';
import { Language } from '../../i18n';
import { contextLabel, parameterLabel } from '../model-state';
import { worstFirst } from './import-draft';

const tones: Readonly<Record<ImportReport['findings'][number]['level'], Tone>> = { ok: 'ok', warning: 'warn', error: 'bad' };

/** What a look at a path found: whether it can be imported, what it is, and every finding with its level. */
@Component({
  selector: 'os-import-findings',
  imports: [TranslocoDirective, BytesPipe, StateTag],
  template: `
    <section *transloco="let t" role="status">
      @let it = report();
      <p class="sum"><os-state-tag [tone]="it.importable ? (worst() === 'warning' ? 'warn' : 'ok') : 'bad'" [label]="t(it.importable ? (worst() === 'warning' ? 'models.finding.usable' : 'models.finding.good') : 'models.finding.bad')" />
        <span class="muted">{{ facts() }}</span></p>
      @if (copies() && it.importable && it.freeBytes < it.bytes) {<p class="line"><os-state-tag tone="bad" [label]="t('models.finding.noSpace')" /> <span>{{ it.bytes | bytes }} / {{ it.freeBytes | bytes }}</span></p>}
      <ul>
        @for (finding of findings(); track $index) {
          <li><os-state-tag [tone]="tones[finding.level]" [label]="t('models.finding.level.' + finding.level)" />
            <div><span>{{ known(finding.code) || finding.message }}</span>@if (finding.file) { <span class="mono">{{ finding.file }}</span>}@if (known(finding.code) && finding.message) {<p class="small muted">{{ finding.message }}</p>}</div></li>
        }
      </ul>
    </section>
  `,
  styles: `
    :host { display: block; margin-bottom: 16px; }
    section { border: 1px solid var(--os-line-soft); border-radius: 8px; overflow: hidden; }
    .sum { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: center; margin: 0; padding: 8px 12px; background: var(--os-sunken); }
    .line { margin: 0; padding: 8px 12px 0; }
    ul { list-style: none; margin: 0; padding: 4px 12px; max-height: 240px; overflow: auto; }
    li { display: grid; grid-template-columns: 84px minmax(0, 1fr); gap: 12px; padding: 6px 0; font-size: 13px; overflow-wrap: anywhere; }
    li p { margin: 0; }
  `,
})
export class ImportFindings {
  private readonly words = inject(TranslocoService);
  private readonly language = inject(Language);

  readonly report = input.required<ImportReport>();
  /** Whether the files would be copied, so that free space matters. */
  readonly copies = input(false);

  protected readonly tones = tones;
  protected readonly findings = computed(() => worstFirst(this.report().findings));
  protected readonly worst = computed(() => this.findings()[0]?.level ?? 'ok');
  protected readonly facts = computed(() => {
    const { format, architecture, parameterCount, dataType, contextLength, bytes, fileCount } = this.report();
    this.language.current();
    return [format, architecture, parameterLabel(parameterCount), dataType, contextLabel(contextLength), formatBytes(bytes), this.words.translate('models.downloadDialog.files', { count: fileCount })].filter(Boolean).join(' · ');
  });

  /** Our word for a finding; empty for one that this console does not know. */
  protected known(code: string): string {
    const known: unknown = this.words.getTranslation(this.language.current())[`models.finding.code.${code}`];
    return typeof known === 'string' ? known : '';
  }
}
