import { Component, input } from '@angular/core';
import { NzIconModule } from 'ng-zorro-antd/icon';

/** Nothing here yet: one sentence about what will be, and a slot for the one button that makes the first. */
@Component({
  selector: 'os-empty',
  imports: [NzIconModule],
  template: `<div class="mark"><nz-icon [nzType]="icon()" aria-hidden="true" /></div><p>{{ text() }}</p><ng-content />`,
  styles: `
    :host { display: flex; flex-direction: column; align-items: center; gap: 12px; padding: 48px 24px; text-align: center; }
    .mark { width: 56px; height: 56px; border-radius: 16px; display: grid; place-items: center; background: var(--os-sunken); color: var(--os-text-3); font-size: 24px; }
    p { margin: 0; max-width: 72ch; color: var(--os-text-2); }
  `,
})
export class EmptyState {
  readonly text = input.required<string>();
  readonly icon = input('inbox');
}
