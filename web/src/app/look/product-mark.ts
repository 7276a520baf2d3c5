import { Component, input } from '@angular/core';

/** The mark: nodes around the station that serves them. */
@Component({
  selector: 'os-product-mark',
  template: `
    <svg [attr.width]="size()" [attr.height]="size()" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#1586a6" />
      <path d="M16 7.5 24 12v8l-8 4.5L8 20v-8z" fill="none" stroke="#fff" stroke-opacity=".55" stroke-width="1.6" stroke-linejoin="round" />
      <circle cx="16" cy="16" r="3.600" fill="#fff" /><circle cx="16" cy="7.500" r="2.200" fill="#fff" />
      <circle cx="24" cy="20" r="2.200" fill="#fff" /><circle cx="8" cy="20" r="2.200" fill="#fff" />
    </svg>
  `,
  styles: `:host { display: inline-flex; }`,
})
export class ProductMark {
  readonly size = input(26);
}
