import { Component, computed, input, linkedSignal, output, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzCheckboxModule } from 'ng-zorro-antd/checkbox';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzRadioModule } from 'ng-zorro-antd/radio';
import type { HostKeys } from '../../api';
import { CommandBox, CopyText, DurationPipe } from '../../ui-kit';
import { bestKey } from './host-key-choice';

/** The keys a server shows, to be compared with its own words; one that changed is a hard stop. */
@Component({
  selector: 'os-host-key-check',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzCheckboxModule, NzIconModule, NzRadioModule, CommandBox, CopyText, DurationPipe],
  template: `
    <ng-container *transloco="let t">
      @if (keys().changed) {
        <div class="note" data-tone="bad" role="alert">
          <nz-icon nzType="warning" nzTheme="fill" />
          <div><strong>{{ t('nodes.hostKey.changed', { host: host() }) }}</strong><p>{{ t('nodes.hostKey.changedText') }}</p></div>
        </div>
        <dl>
          <dt>{{ t('nodes.hostKey.pinned') }}</dt><dd><os-copy [text]="keys().pinned ?? '–'" [mono]="true" /></dd>
          <dt>{{ t('nodes.hostKey.now') }}</dt><dd>@for (key of keys().keys; track key.fingerprint) {<div><os-copy [text]="key.fingerprint" [mono]="true" /> <span class="faint">{{ key.algorithm }}</span></div>}</dd>
        </dl>
        <p class="muted">{{ t('nodes.hostKey.changedNext') }}</p>
        <os-command [command]="keys().command" />
      } @else {
        <p class="lead">{{ t(keys().pinned ? 'nodes.hostKey.known' : 'nodes.hostKey.compare', { host: host() }) }}</p>
        <ul class="keys">
          @for (key of keys().keys; track key.fingerprint) {
            <li [class.chosen]="key.fingerprint === chosen()">
              <label><input type="radio" name="host-key" [checked]="key.fingerprint === chosen()" (change)="chosen.set(key.fingerprint)" /><code class="print">{{ key.fingerprint }}</code></label>
              <span class="faint">{{ key.algorithm }}@if (key.bits) { · {{ key.bits }}}</span>
            </li>
          }
        </ul>
        <p class="muted">{{ t('nodes.hostKey.run') }}</p>
        <os-command [command]="keys().command" />
        <label nz-checkbox class="sure" name="sure" [(ngModel)]="sure">{{ t('nodes.hostKey.sure') }}</label>
        <p class="field-help">{{ keys().banner }} · {{ keys().latencyMs | duration }}</p>
      }
      <footer>
        <button nz-button type="button" (click)="back.emit()">{{ t('nodes.hostKey.back') }}</button>
        @if (!keys().changed) {<button nz-button nzType="primary" type="button" [nzLoading]="busy()" [disabled]="!sure()" (click)="confirmed.emit(chosen())">{{ t('nodes.hostKey.confirm') }}</button>}
      </footer>
    </ng-container>
  `,
  styles: `
    .lead { margin: 0 0 12px; max-width: 72ch; }
    .note { margin-bottom: 16px; }
    .note p { margin: 2px 0 0; }
    dl { margin: 0 0 16px; }
    dt { font-size: 12px; color: var(--os-text-2); }
    dd { margin: 0 0 8px; overflow-wrap: anywhere; }
    .keys { margin: 0 0 16px; padding: 0; list-style: none; border: 1px solid var(--os-line); border-radius: 8px; overflow: hidden; }
    .keys li { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 4px 12px; padding: 8px 12px; border-bottom: 1px solid var(--os-line-soft); }
    .keys li:last-child { border-bottom: 0; }
    .keys li.chosen { background: var(--os-brand-soft); }
    .keys label { display: flex; align-items: center; gap: 10px; min-width: 0; cursor: pointer; }
    .keys input { accent-color: var(--os-brand); flex: none; }
    .print { font-size: 13px; overflow-wrap: anywhere; }
    .faint { font-size: 12px; }
    .sure { margin: 16px 0 4px; }
    footer { display: flex; justify-content: space-between; gap: 8px; margin-top: 20px; }
  `,
})
export class HostKeyCheck {
  readonly keys = input.required<HostKeys>();
  readonly host = input.required<string>();
  readonly busy = input(false);
  readonly confirmed = output<string>();
  readonly back = output();

  protected readonly sure = signal(false);
  private readonly best = computed(() => bestKey(this.keys().keys, this.keys().pinned));
  protected readonly chosen = linkedSignal(() => this.best());
}
