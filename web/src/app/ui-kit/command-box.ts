import { Component, input } from '@angular/core';
import { CopyButton } from './copy-button';

/** A command to run elsewhere, whole and with a button that copies it. */
@Component({
  selector: 'os-command',
  imports: [CopyButton],
  template: `<pre tabindex="0"><code>{{ command() }}</code></pre><os-copy-button [text]="command()" />`,
  styles: `
    :host { display: flex; align-items: flex-start; gap: 8px; padding: 6px 8px 6px 12px; border: 1px solid var(--os-line); border-radius: 6px; background: var(--os-sunken); }
    pre { flex: 1; min-width: 0; margin: 0; padding: 2px 0; max-height: 200px; overflow: auto; font-size: 12px; line-height: 20px; white-space: pre-wrap; overflow-wrap: anywhere; }
    os-copy-button { flex: none; }
  `,
})
export class CommandBox {
  readonly command = input.required<string>();
}
