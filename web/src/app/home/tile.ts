import { Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { NzIconModule } from 'ng-zorro-antd/icon';
import type { Tone } from '../ui-kit';

/** One number of the cluster with what it is made of; opens the page behind it. */
@Component({
  selector: 'os-tile',
  imports: [RouterLink, NzIconModule],
  template: `
    <a [routerLink]="link()" class="card">
      <span class="head"><nz-icon [nzType]="icon()" />{{ title() }}</span>
      <span class="value">{{ value() }}@if (of()) {<small>{{ of() }}</small>}</span>
      <span class="detail" [attr.data-tone]="tone()">{{ detail() }}</span>
    </a>
  `,
  styles: `
    :host { display: block; }
    a { display: flex; flex-direction: column; gap: 2px; padding: 14px 16px; height: 100%; box-sizing: border-box; color: var(--os-text); text-decoration: none; transition: border-color 150ms; }
    a:hover { border-color: var(--os-brand-line); color: var(--os-text); }
    .head { display: flex; align-items: center; gap: 8px; font-size: 13px; color: var(--os-text-2); }
    .value { font-size: 26px; line-height: 36px; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
    small { margin-left: 4px; line-height: 1; font-size: 14px; font-weight: 400; color: var(--os-text-2); }
    .detail { font-size: 12px; color: var(--os-text-2); font-variant-numeric: tabular-nums; }
    .detail[data-tone='bad'], .detail[data-tone='warn'], .detail[data-tone='busy'] { color: var(--os-tone-text); }
  `,
})
export class Tile {
  readonly title = input.required<string>();
  readonly icon = input.required<string>();
  readonly value = input.required<string>();
  readonly of = input('');
  readonly detail = input('');
  readonly tone = input<Tone>('ok');
  readonly link = input.required<string>();
}
