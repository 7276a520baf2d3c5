import { Component, computed, input, signal } from '@angular/core';
import { CopyButton } from './copy-button';
import { snippets, type SnippetLanguage } from './snippets';

const tabs: readonly { readonly id: SnippetLanguage; readonly label: string }[] = [
  { id: 'curl', label: 'curl' },
  { id: 'python', label: 'Python' },
  { id: 'javascript', label: 'JavaScript' },
];

/** How to call a service, in three languages, with the real address and model filled in. */
@Component({
  selector: 'os-snippet',
  imports: [CopyButton],
  template: `
    <div class="head">
      <div role="tablist">
        @for (tab of tabs; track tab.id) {
          <button type="button" role="tab" [attr.aria-selected]="tab.id === shown()" (click)="shown.set(tab.id)">{{ tab.label }}</button>
        }
      </div>
      <os-copy-button [text]="code()" />
    </div>
    <pre tabindex="0"><code>{{ code() }}</code></pre>
  `,
  styles: `
    :host { display: block; border: 1px solid var(--os-line); border-radius: 8px; overflow: hidden; background: var(--os-sunken); }
    .head { display: flex; justify-content: space-between; align-items: center; padding: 0 8px 0 4px; border-bottom: 1px solid var(--os-line); background: var(--os-surface); }
    [role='tab'] { border: 0; border-bottom: 2px solid transparent; background: none; padding: 8px 12px; cursor: pointer; color: var(--os-text-2); font-size: 13px; }
    [role='tab'][aria-selected='true'] { color: var(--os-brand-text); border-bottom-color: var(--os-brand); }
    @media (max-width: 480px) { [role='tab'] { padding: 8px 6px; } }
    pre { margin: 0; padding: 12px 16px; overflow: auto; font: 12px/20px var(--os-mono); color: var(--os-text); max-height: 400px; }
  `,
})
export class CodeSnippet {
  readonly baseUrl = input.required<string>();
  readonly model = input.required<string>();

  protected readonly tabs = tabs;
  protected readonly shown = signal<SnippetLanguage>('curl');
  protected readonly code = computed(() => snippets[this.shown()]({ baseUrl: this.baseUrl(), model: this.model() }));
}
