import { Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzIconModule } from 'ng-zorro-antd/icon';
import type { Instance, Service } from '../api';
import { SaidPipe, WordPipe } from '../wording';

/** A failure nobody knows a cause of: what happened, and the line of the log that says most. */
@Component({
  selector: 'os-last-words',
  imports: [RouterLink, TranslocoDirective, NzIconModule, SaidPipe, WordPipe],
  template: `
    <section *transloco="let t" role="status">
      <nz-icon nzType="close-circle" nzTheme="fill" aria-hidden="true" />
      <div>
        <p>{{ (instance().reason | word: 'cause' : '') || t('services.instanceState.failed') }}</p>
        @if (instance().message) {<pre>{{ instance().message | said }}</pre>}
        @if (logLink() && instance().nodeId !== null) {<a [routerLink]="['/services', service().id, 'logs']" [queryParams]="{ instance: instance().id }">{{ t('services.diagnosis.openLog') }}</a>}
      </div>
    </section>
  `,
  styles: `
    :host { display: block; min-width: 0; }
    section { display: flex; gap: 12px; padding: 12px 16px; border: 1px solid var(--os-bad-line); border-radius: 8px; background: var(--os-bad-soft); }
    section > nz-icon { color: var(--os-bad); font-size: 16px; margin-top: 3px; flex: none; align-self: start; }
    section > div { flex: 1; min-width: 0; display: grid; gap: 8px; justify-items: start; }
    p { margin: 0; overflow-wrap: anywhere; }
    pre { justify-self: stretch; margin: 0; padding: 6px 10px; border-radius: 6px; background: var(--os-surface); border: 1px solid var(--os-line-soft); font-size: 12px; line-height: 18px; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 112px; overflow-y: auto; }
  `,
})
export class LastWords {
  readonly instance = input.required<Instance>();
  readonly service = input.required<Service>();
  readonly logLink = input(false);
}
