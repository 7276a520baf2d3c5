import { Component, input } from '@angular/core';

/** Title of a page, one line in numbers below it, and a slot for its one primary action. */
@Component({
  selector: 'os-page-header',
  template: `
    <div class="words">
      <ng-content select="[breadcrumb]" />
      <div class="line"><h1>{{ title() }}</h1><ng-content select="[beside]" /></div>
      @if (subtitle()) {<p>{{ subtitle() }}</p>}
    </div>
    <div class="actions"><ng-content /></div>
  `,
  styles: `
    :host { display: flex; align-items: flex-start; gap: 16px; margin-bottom: 16px; min-height: 48px; }
    .words { flex: 1; min-width: 0; }
    .line { display: flex; align-items: center; gap: 12px; min-width: 0; }
    h1 { margin: 0; font-size: 20px; line-height: 28px; font-weight: 600; color: var(--os-text); overflow-wrap: anywhere; }
    p { margin: 2px 0 0; color: var(--os-text-2); font-size: 13px; line-height: 20px; font-variant-numeric: tabular-nums; }
    .actions { display: flex; gap: 8px; flex: none; padding-top: 2px; }
    .actions:empty { display: none; }
    @media (max-width: 720px) { :host { flex-wrap: wrap; gap: 8px; min-height: 0; } .words { flex-basis: 100%; } .actions { flex-wrap: wrap; } .line { flex-wrap: wrap; gap: 4px 12px; } }
  `,
})
export class PageHeader {
  readonly title = input.required<string>();
  readonly subtitle = input('');
}
