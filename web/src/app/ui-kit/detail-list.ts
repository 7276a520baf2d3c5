import { Component, Directive, contentChildren, input, TemplateRef, inject } from '@angular/core';
import { NgTemplateOutlet } from '@angular/common';

/** One row of a detail list: `<ng-template osDetail="Kernel">{{ kernel }}</ng-template>`. */
@Directive({ selector: 'ng-template[osDetail]' })
export class Detail {
  readonly label = input.required<string>({ alias: 'osDetail' });
  readonly template = inject<TemplateRef<unknown>>(TemplateRef);
}

/** Names and values in one to three columns. */
@Component({
  selector: 'os-detail-list',
  imports: [NgTemplateOutlet],
  template: `
    <dl>
      @for (detail of details(); track detail) {
        <div><dt>{{ detail.label() }}</dt><dd><ng-container [ngTemplateOutlet]="detail.template" /></dd></div>
      }
    </dl>
  `,
  host: { '[style.--columns]': 'columns()', '[style.--term-width.px]': 'termWidth()' },
  styles: `
    :host { display: block; container-type: inline-size; }
    dl { display: grid; grid-template-columns: repeat(var(--columns, 2), minmax(0, 1fr)); gap: 0 32px; margin: 0; }
    dl > div { display: flex; gap: 12px; padding: 7px 0; border-bottom: 1px solid var(--os-line-soft); min-width: 0; }
    dl > div:last-child { border-bottom: 0; }
    dt { flex: 0 0 var(--term-width); color: var(--os-text-2); font-weight: 400; }
    dd { flex: 1; margin: 0; min-width: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
    @media (max-width: 1000px) { dl { grid-template-columns: minmax(0, 1fr); } }
    @container (max-width: 560px) { dl { grid-template-columns: minmax(0, 1fr); } }
    @media (max-width: 480px) { dl > div { flex-direction: column; gap: 0; } dt { flex: none; } }
  `,
})
export class DetailList {
  readonly columns = input(2);
  /** Width of the names, in pixels. */
  readonly termWidth = input(128);
  protected readonly details = contentChildren(Detail);
}
