import { Component } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';

/** The address leads nowhere. */
@Component({
  selector: 'os-not-found',
  imports: [RouterLink, TranslocoDirective, NzButtonModule],
  template: `
    <div class="box" *transloco="let t">
      <p class="code" aria-hidden="true">404</p>
      <h1>{{ t('shell.notFound.title') }}</h1>
      <p>{{ t('shell.notFound.body') }}</p>
      <a nz-button nzType="primary" routerLink="/">{{ t('shell.notFound.back') }}</a>
    </div>
  `,
  styles: `
    .box { display: flex; flex-direction: column; align-items: center; gap: 8px; padding: 14vh 24px; text-align: center; }
    .code { font-size: 72px; line-height: 1; font-weight: 600; color: var(--os-line); margin: 0; font-variant-numeric: tabular-nums; }
    h1 { font-size: 20px; margin: 0; }
    p { margin: 0 0 8px; color: var(--os-text-2); }
  `,
})
export class NotFound {}
