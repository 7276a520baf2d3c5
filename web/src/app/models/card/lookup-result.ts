import { Component, computed, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzIconModule } from 'ng-zorro-antd/icon';
import type { RepositoryLookup } from '../../api';
import { BytesPipe } from '../../ui-kit';

/** What a hub's repository holds, and which of its files would be taken. */
@Component({
  selector: 'os-lookup-result',
  imports: [TranslocoDirective, NzIconModule, BytesPipe],
  template: `
    <section *transloco="let t" [attr.aria-label]="t('models.lookup.title')">
      <p class="sum" role="status"><strong>{{ t('models.lookup.found', { taken: taken(), total: found().files.length }) }}</strong> <span class="num">{{ found().selectedBytes | bytes }}</span>
        <span class="muted">@if (found().format; as format) { {{ format }} · }{{ t('models.facts.licence') }}: {{ found().licence ?? '–' }}</span></p>
      @if (found().gated) {<p class="note" data-tone="warn"><nz-icon nzType="lock" /><span>{{ t('models.lookup.gated') }}</span></p>}
      @if (taken() === 0) {<p class="note" data-tone="bad"><nz-icon nzType="warning" nzTheme="fill" /><span>{{ t('models.lookup.nothing') }}</span></p>}
      <ul>
        @for (file of sorted(); track file.path) {
          <li [class.left]="!file.selected"><nz-icon [nzType]="file.selected ? 'check' : 'minus-circle'" aria-hidden="true" /><span class="mono path">{{ file.path }}</span><span class="num">{{ file.bytes | bytes }}</span><span class="visually-hidden">{{ t(file.selected ? 'models.lookup.taken' : 'models.lookup.left') }}</span></li>
        }
      </ul>
    </section>
  `,
  styles: `
    :host { display: block; }
    section { border: 1px solid var(--os-line-soft); border-radius: 8px; overflow: hidden; }
    .sum { display: flex; flex-wrap: wrap; gap: 4px 12px; margin: 0; padding: 8px 12px; background: var(--os-sunken); font-size: 13px; }
    .note { margin: 8px 12px; }
    ul { list-style: none; margin: 0; padding: 4px 12px; max-height: 220px; overflow: auto; }
    li { display: flex; gap: 10px; align-items: baseline; padding: 3px 0; font-size: 12px; }
    li nz-icon { color: var(--os-ok-text); }
    .left, .left nz-icon { color: var(--os-text-3); }
    .path { flex: 1; min-width: 0; overflow-wrap: anywhere; }
  `,
})
export class LookupResult {
  readonly found = input.required<RepositoryLookup>();

  protected readonly taken = computed(() => this.found().files.filter(({ selected }) => selected).length);
  /** What is taken first, then by name. */
  protected readonly sorted = computed(() => this.found().files.toSorted((a, b) => Number(b.selected) - Number(a.selected) || a.path.localeCompare(b.path)));
}
