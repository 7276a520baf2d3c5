import { Component, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NumberPipe } from '../../ui-kit';
import { engineName } from '../engine-names';
import type { SettingChange } from './settings-diff';

/** Settings before and after, one line each. */
@Component({
  selector: 'os-change-list',
  imports: [TranslocoDirective, NumberPipe],
  template: `
    <ul *transloco="let t">
      @for (change of changes(); track change.field) {
        <li><span class="what">{{ t('services.setting.' + change.field) }}</span>
          @if (change.field === 'parameters') {
            <del>{{ change.from || t('services.parameters.none') }}</del><ins>{{ change.to || t('services.parameters.none') }}</ins>
          } @else if (change.field === 'networkInterface') {
            <del>{{ change.from ?? t('services.wizard.where.interfaceOwn') }}</del> → <ins>{{ change.to ?? t('services.wizard.where.interfaceOwn') }}</ins>
          } @else {
            <del>{{ shown(change, change.from) ?? (asNumber(change.from) | number) }}</del> → <ins>{{ shown(change, change.to) ?? (asNumber(change.to) | number) }}</ins>
          }
        </li>
      }
    </ul>
  `,
  styles: `
    ul { margin: 0; padding: 0; list-style: none; display: grid; gap: 4px; font-size: 13px; line-height: 20px; }
    .what { color: var(--os-text-2); margin-right: 8px; }
    del, ins { font-family: var(--os-mono); font-size: 12px; padding: 0 4px; border-radius: 3px; overflow-wrap: anywhere; }
    del { background: var(--os-bad-soft); color: var(--os-bad-text); }
    ins { background: var(--os-ok-soft); color: var(--os-ok-text); text-decoration: none; }
    del + ins { margin-left: 4px; }
  `,
})
export class ChangeList {
  readonly changes = input.required<readonly SettingChange[]>();

  protected shown({ field }: SettingChange, value: SettingChange['from']): string | null {
    return field === 'engine' && typeof value === 'string' ? engineName(value) : null;
  }

  protected asNumber(value: SettingChange['from']): number | null {
    return typeof value === 'number' ? value : null;
  }
}
