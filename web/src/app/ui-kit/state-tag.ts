import { Component, computed, input } from '@angular/core';
import { NzIconModule } from 'ng-zorro-antd/icon';

export type Tone = 'ok' | 'busy' | 'warn' | 'bad' | 'idle';

const icons: Readonly<Record<Tone, { type: string; theme: 'fill' | 'outline' }>> = {
  ok: { type: 'check-circle', theme: 'fill' },
  busy: { type: 'sync', theme: 'outline' },
  warn: { type: 'exclamation-circle', theme: 'fill' },
  bad: { type: 'close-circle', theme: 'fill' },
  idle: { type: 'minus-circle', theme: 'outline' },
};

/** The one way a state is shown: icon and word, never colour alone. */
@Component({
  selector: 'os-state-tag',
  imports: [NzIconModule],
  template: `<nz-icon [nzType]="icon().type" [nzTheme]="icon().theme" aria-hidden="true" /><span>{{ label() }}</span>`,
  host: { '[attr.data-tone]': 'tone()' },
  styles: `
    :host { display: inline-flex; align-items: center; gap: 6px; white-space: nowrap; font-size: 13px; line-height: 20px; color: var(--os-tone-text, var(--os-text)); }
    :host nz-icon { font-size: 14px; color: var(--os-tone); }
  `,
})
export class StateTag {
  readonly tone = input.required<Tone>();
  readonly label = input.required<string>();
  protected readonly icon = computed(() => icons[this.tone()]);
}
