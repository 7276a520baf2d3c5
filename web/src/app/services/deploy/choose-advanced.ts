import { Component, computed, inject, linkedSignal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NzInputNumberModule } from 'ng-zorro-antd/input-number';
import { NzSelectModule } from 'ng-zorro-antd/select';
import { NzTooltipModule } from 'ng-zorro-antd/tooltip';
import { engineLabel, engineName } from '../engine-names';
import { ScalingEditor } from '../scaling/scaling-editor';
import { isChanged, resetField } from './deploy-draft';
import { DeployStore } from './deploy-store';
import { DerivedTag } from './derived-tag';
import { FieldNotes } from './field-notes';
import { hasFlag, withFlag } from './parameter-text';

/** Engine and extended parameters, folded until someone needs them or something in them is wrong. */
@Component({
  selector: 'os-choose-advanced',
  imports: [FormsModule, TranslocoDirective, NzIconModule, NzInputModule, NzInputNumberModule, NzSelectModule, NzTooltipModule, DerivedTag, FieldNotes, ScalingEditor],
  templateUrl: './choose-advanced.html',
  styleUrl: './field.scss',
  styles: `
    h2.folded { border-bottom: 0; }
    h2 button { display: flex; align-items: center; gap: 8px; width: 100%; border: 0; background: none; padding: 0; font: inherit; color: inherit; cursor: pointer; text-align: left; }
    .brief { font-size: 13px; font-weight: 400; color: var(--os-text-2); margin-left: auto; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    textarea { font-family: var(--os-mono); font-size: 13px; }
    .flags { display: flex; flex-wrap: wrap; gap: 6px; margin: 4px 0 0; padding: 0; list-style: none; }
    .flags button { border: 1px solid var(--os-line); border-radius: 4px; background: var(--os-surface); padding: 0 8px; font: 12px/22px var(--os-mono); color: var(--os-text-2); cursor: pointer; }
    .flags button:hover:not(:disabled) { border-color: var(--os-brand); color: var(--os-brand-text); }
    .flags button:disabled { color: var(--os-text-3); background: var(--os-sunken); cursor: default; }
    .field { margin-bottom: 20px; }
    .field:last-child { margin-bottom: 0; }
    .short { width: 200px; }
  `,
})
export class ChooseAdvanced {
  protected readonly store = inject(DeployStore);
  protected readonly engineLabel = engineLabel;
  protected readonly engineName = engineName;
  protected readonly isChanged = isChanged;
  protected readonly resetField = resetField;
  protected readonly hasFlag = hasFlag;

  private readonly wrong = computed(() => this.store.errorOf('engine') !== '' || this.store.errorOf('parameters') !== '' || this.store.errorOf('scaling') !== '' || this.store.errorOf('replaceAfterMinutes') !== '');
  protected readonly open = linkedSignal<boolean, boolean>({ source: this.wrong, computation: (wrong, before) => wrong || (before?.value ?? this.isUsed()) });
  protected readonly known = computed(() => this.store.engines().find((engine) => engine.id === this.store.engine())?.parameters ?? []);
  protected readonly accepted = computed(() => this.store.draft().parameters.trim() !== '' && !this.wrong() && !this.store.planning() && this.store.plan() !== null);

  protected addFlag(flag: string): void {
    this.store.change({ parameters: withFlag(this.store.draft().parameters, flag) });
  }

  private isUsed(): boolean {
    const { engine, parameters, replaceAfterMinutes, scaling } = this.store.draft();
    return engine !== null || parameters !== '' || replaceAfterMinutes !== null || scaling !== null;
  }
}
