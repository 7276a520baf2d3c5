import { Component, DestroyRef, inject, input, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { writeClipboard } from './clipboard';

/** A value and a button that copies it; says so for two seconds. */
@Component({
  selector: 'os-copy',
  imports: [TranslocoDirective, NzIconModule],
  template: `
    <ng-container *transloco="let t">
      <span class="text" [class.mono]="mono()" [class.whole]="whole()" [title]="label() ? text() : ''">{{ label() || text() }}</span>
      <button type="button" (click)="copy($event)" [attr.aria-label]="t('kit.copy.copy')" [title]="t(outcome() === 'failed' ? 'kit.copy.failed' : 'kit.copy.copy')">
        <nz-icon [nzType]="outcome() === 'copied' ? 'check' : 'copy'" />
      </button>
      <span class="said" aria-live="polite">{{ outcome() === 'copied' ? t('kit.copy.copied') : outcome() === 'failed' ? t('kit.copy.failed') : '' }}</span>
    </ng-container>
  `,
  styles: `
    :host { display: inline-flex; align-items: center; gap: 4px; max-width: 100%; min-width: 0; position: relative; }
    .text { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
    .whole { overflow: visible; white-space: normal; overflow-wrap: anywhere; }
    .mono { font-family: var(--os-mono); font-size: 0.93em; }
    button { flex: none; border: 0; background: none; padding: 2px 4px; border-radius: 4px; color: var(--os-text-3); cursor: pointer; line-height: 1; }
    button:hover { color: var(--os-brand-text); background: var(--os-hover); }
    .said { position: absolute; left: 100%; font-size: 12px; color: var(--os-text-2); white-space: nowrap; background: var(--os-raised); padding: 0 4px; border-radius: 4px; z-index: 2; }
    .said:empty { display: none; }
  `,
})
export class CopyText {
  readonly text = input.required<string>();
  readonly mono = input(false);
  /** Long values break into lines instead of being cut. */
  readonly whole = input(false);
  /** Shown instead of the text, e.g. a shortened id. */
  readonly label = input('');
  protected readonly outcome = signal<'idle' | 'copied' | 'failed'>('idle');
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    inject(DestroyRef).onDestroy(() => clearTimeout(this.timer));
  }

  protected async copy(event: Event): Promise<void> {
    event.stopPropagation();
    event.preventDefault();
    this.outcome.set((await writeClipboard(this.text())) ? 'copied' : 'failed');
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.outcome.set('idle'), 2000);
  }
}
