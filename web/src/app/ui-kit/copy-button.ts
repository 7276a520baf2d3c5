import { Component, DestroyRef, inject, input, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { writeClipboard } from './clipboard';

/** A button with a word that copies a longer text, e.g. a command or a program. */
@Component({
  selector: 'os-copy-button',
  imports: [TranslocoDirective, NzButtonModule, NzIconModule],
  template: `
    <button *transloco="let t" nz-button nzSize="small" type="button" (click)="copy()">
      <nz-icon [nzType]="outcome() === 'copied' ? 'check' : 'copy'" />
      <span aria-live="polite">{{ t('kit.copy.' + (outcome() === 'idle' ? 'copy' : outcome())) }}</span>
    </button>
  `,
})
export class CopyButton {
  readonly text = input.required<string>();
  protected readonly outcome = signal<'idle' | 'copied' | 'failed'>('idle');
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    inject(DestroyRef).onDestroy(() => clearTimeout(this.timer));
  }

  protected async copy(): Promise<void> {
    this.outcome.set((await writeClipboard(this.text())) ? 'copied' : 'failed');
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.outcome.set('idle'), 2000);
  }
}
