import { Component, computed, input } from '@angular/core';

/** Grey shapes in the final layout while the first answer is on its way: table rows or cards. */
@Component({
  selector: 'os-skeleton',
  template: `
    @for (item of items(); track item) {
      <div [class]="shape()"><span [style.width.%]="20 + ((item * 37) % 30)"></span><span></span><span [style.width.%]="8 + ((item * 17) % 12)"></span></div>
    }
  `,
  host: { 'aria-busy': 'true', '[attr.data-shape]': 'shape()' },
  styles: `
    :host { display: block; }
    :host([data-shape='cards']) { display: grid; grid-template-columns: repeat(auto-fill, minmax(280px, 1fr)); gap: 16px; }
    .rows { display: flex; gap: 24px; align-items: center; height: 48px; padding: 0 16px; border-bottom: 1px solid var(--os-line-soft); }
    .cards { display: flex; flex-direction: column; gap: 12px; height: 136px; padding: 20px 16px; border: 1px solid var(--os-line-soft); border-radius: 8px; background: var(--os-surface); }
    span { height: 12px; border-radius: 6px; background: var(--os-sunken); }
    span:nth-child(2) { flex: 1; }
    .cards span { flex: none; }
    .cards span:nth-child(2) { width: 85%; }
  `,
})
export class Skeleton {
  readonly shape = input<'rows' | 'cards'>('rows');
  readonly count = input(5);
  protected readonly items = computed(() => Array.from({ length: this.count() }, (_, index) => index));
}
