import { Component, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { CopyText } from './copy-text';

/** A secret that is shown this once: copy it, then say that it is stored. */
@Component({
  selector: 'os-secret-panel',
  imports: [TranslocoDirective, NzButtonModule, NzIconModule, CopyText],
  template: `
    <ng-container *transloco="let t">
      <p class="once"><nz-icon nzType="safety-certificate" aria-hidden="true" /> {{ t('kit.secret.once') }}</p>
      @if (hint()) {<p class="hint">{{ hint() }}</p>}
      <div class="value"><os-copy [text]="secret()" [mono]="true" /></div>
      <button nz-button nzType="primary" (click)="stored.emit()">{{ t('kit.secret.stored') }}</button>
    </ng-container>
  `,
  styles: `
    :host { display: block; }
    .once { display: flex; gap: 8px; align-items: center; margin: 0 0 8px; font-weight: 500; }
    .once nz-icon { color: var(--os-warn); }
    .hint { color: var(--os-text-2); margin: 0 0 12px; max-width: 72ch; }
    .value { padding: 12px; border: 1px solid var(--os-line); border-radius: 6px; background: var(--os-sunken); margin-bottom: 16px; }
    .value os-copy { display: flex; justify-content: space-between; }
    .value ::ng-deep .text { white-space: normal; overflow-wrap: anywhere; }
  `,
})
export class SecretPanel {
  readonly secret = input.required<string>();
  readonly hint = input('');
  readonly stored = output();
}
