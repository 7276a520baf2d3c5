import { Component, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzIconModule } from 'ng-zorro-antd/icon';
import type { EngineImage } from '../../api';
import { CopyText } from '../../ui-kit';

/** Nodes that would not start an image, and what their administrators put into the policy files. */
@Component({
  selector: 'os-image-refusals',
  imports: [TranslocoDirective, NzIconModule, CopyText],
  template: `
    <section *transloco="let t" role="status">
      <p><nz-icon nzType="warning" nzTheme="fill" aria-hidden="true" /> {{ t('settings.engines.refused', { count: refusals().length }) }}</p>
      <ul>
        @for (refusal of refusals(); track refusal.nodeId) {
          <li>
            <strong>{{ refusal.nodeName }}</strong> {{ t('settings.engines.refusal.' + refusal.code) }}
            @if (refusal.policy) {<os-copy [text]="refusal.policy" [mono]="true" />}
          </li>
        }
      </ul>
    </section>
  `,
  styles: `
    section { margin-top: 8px; padding: 8px 12px; border: 1px solid var(--os-warn-line); border-radius: 8px; background: var(--os-warn-soft); font-size: 13px; }
    p { margin: 0 0 4px; }
    nz-icon { color: var(--os-warn); }
    ul { margin: 0; padding-left: 18px; display: grid; gap: 4px; }
    li { overflow-wrap: anywhere; }
  `,
})
export class ImageRefusals {
  readonly refusals = input.required<EngineImage['refusedBy']>();
}
