import { Component, input } from '@angular/core';
import { RouterLink, RouterLinkActive } from '@angular/router';

export interface PageTab {
  readonly key: string;
  /** Translated. */
  readonly label: string;
  /** Absolute. */
  readonly link: readonly string[];
}

/** Tabs of a page, each with its address. Where they do not fit they scroll, and the one in use comes into sight. */
@Component({
  selector: 'os-page-tabs',
  imports: [RouterLink, RouterLinkActive],
  template: `
    <nav class="tabs" [attr.aria-label]="label()">
      @for (tab of tabs(); track tab.key) {<a #link [routerLink]="tab.link" routerLinkActive="active" ariaCurrentWhenActive="page" (isActiveChange)="$event && show(link)">{{ tab.label }}</a>}
    </nav>
  `,
  styles: `
    :host { display: block; min-width: 0; margin: 4px 0 16px; }
    .tabs { display: flex; gap: 24px; border-bottom: 1px solid var(--os-line-soft); overflow-x: auto; scrollbar-width: none; }
    a { padding: 8px 0 10px; color: var(--os-text-2); white-space: nowrap; border-bottom: 2px solid transparent; text-decoration: none; }
    a:hover { color: var(--os-brand-text); }
    a.active { color: var(--os-brand-text); font-weight: 500; border-bottom-color: var(--os-brand); }
    a:focus-visible { outline-offset: -2px; }
  `,
})
export class PageTabs {
  readonly tabs = input.required<readonly PageTab[]>();
  readonly label = input.required<string>();

  protected show(link: HTMLElement): void {
    link.scrollIntoView({ inline: 'center', block: 'nearest' });
  }
}
