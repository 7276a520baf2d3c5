import { Component, computed, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { Scaling } from '../../api';
import { clockOf, hours, leastAt, weekDays } from './scaling-draft';

/** The week as a grid of hours: how many instances at least. */
@Component({
  selector: 'os-week-view',
  imports: [TranslocoDirective],
  template: `
    <table *transloco="let t" [attr.aria-label]="t('services.scaling.week')">
      <thead><tr><th></th>@for (hour of hours; track hour) {<th scope="col">{{ hour % 6 === 0 ? clock(hour) : '' }}</th>}</tr></thead>
      <tbody>
        @for (row of rows(); track row.day) {
          <tr><th scope="row">{{ t('services.scaling.day.' + row.day) }}</th>
            @for (cell of row.cells; track $index) {<td [style.--strength]="cell.strength" [title]="t('services.scaling.longDay.' + row.day) + ' ' + clock($index) + ' · ' + t('services.scaling.cell', { count: cell.count })">{{ cell.edge ? cell.count : '' }}</td>}
          </tr>
        }
      </tbody>
    </table>
  `,
  styles: `
    :host { display: block; overflow-x: auto; }
    table { width: 100%; min-width: 520px; border-collapse: separate; border-spacing: 1px; table-layout: fixed; font-size: 11px; line-height: 20px; font-variant-numeric: tabular-nums; }
    thead th { font-weight: 400; color: var(--os-text-3); text-align: left; white-space: nowrap; overflow: visible; }
    th:first-child { width: 44px; }
    tbody th { font-weight: 400; color: var(--os-text-2); text-align: left; }
    td { height: 22px; text-align: center; border-radius: 2px; color: var(--os-text); background: color-mix(in srgb, var(--os-brand) calc(var(--strength) * 45%), var(--os-sunken)); }
  `,
})
export class WeekView {
  readonly scaling = input.required<Scaling>();

  protected readonly hours = hours;
  protected readonly rows = computed(() => {
    const scaling = this.scaling();
    const most = Math.max(1, scaling.max, ...scaling.windows.map(({ instances }) => instances));
    return weekDays.map((day) => {
      const counts = hours.map((hour) => leastAt(scaling, day, hour * 60));
      return { day, cells: counts.map((count, hour) => ({ count, strength: count / most, edge: counts[hour - 1] !== count })) };
    });
  });

  protected clock(hour: number): string {
    return clockOf(hour * 60);
  }
}
