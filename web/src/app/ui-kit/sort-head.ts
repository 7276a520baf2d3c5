import { Component, input, output } from '@angular/core';
import { NzIconModule } from 'ng-zorro-antd/icon';

export type SortDirection = 'up' | 'down' | null;

/** The head of a column that can be sorted by: `<th os-sort [label]="…" [direction]="…" (sort)="…">`. Pressing goes up, down, off. */
@Component({
  selector: 'th[os-sort]',
  imports: [NzIconModule],
  template: `<button type="button" (click)="sort.emit()">{{ label() }}<nz-icon [nzType]="direction() === 'down' ? 'down' : 'up'" [class.off]="direction() === null" aria-hidden="true" /></button>`,
  host: { '[attr.aria-sort]': "direction() === null ? 'none' : direction() === 'up' ? 'ascending' : 'descending'", class: 'ant-table-cell' },
  styles: `
    button { display: inline-flex; align-items: center; gap: 4px; padding: 0; border: 0; background: none; color: inherit; font: inherit; cursor: pointer; white-space: nowrap; }
    button:hover { color: var(--os-brand-text); }
    nz-icon { font-size: 10px; color: var(--os-brand-text); }
    .off { visibility: hidden; }
    button:hover .off { visibility: visible; color: var(--os-text-3); }
  `,
})
export class SortHead {
  readonly label = input.required<string>();
  readonly direction = input.required<SortDirection>();
  readonly sort = output();
}
