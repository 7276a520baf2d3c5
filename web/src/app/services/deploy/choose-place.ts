import { Component, computed, inject } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzRadioModule } from 'ng-zorro-antd/radio';
import { NzSelectModule } from 'ng-zorro-antd/select';
import { NzTooltipModule } from 'ng-zorro-antd/tooltip';
import type { Node } from '../../api';
import { BytesPipe } from '../../ui-kit';
import { isChanged, resetField, withMode, type Mode } from './deploy-draft';
import { DeployStore } from './deploy-store';
import { DerivedTag } from './derived-tag';
import { FieldNotes } from './field-notes';

/** In which mode and on which nodes; both may stay with the plan. */
@Component({
  selector: 'os-choose-place',
  imports: [FormsModule, TranslocoDirective, NzRadioModule, NzSelectModule, NzTooltipModule, BytesPipe, DerivedTag, FieldNotes],
  template: `
    <section class="card" *transloco="let t">
      <h2>{{ t('services.wizard.where.title') }}</h2>
      <div class="card-body">
        <div class="field">
          <span class="legend" id="service-mode">{{ t('services.wizard.where.mode') }}
            <os-derived-tag [changed]="isChanged(store.draft(), 'mode')" [known]="store.mode() !== null" (back)="store.update(resetField(store.draft(), 'mode'))" />
          </span>
          <nz-radio-group aria-labelledby="service-mode" name="mode" [ngModel]="store.mode()" (ngModelChange)="chooseMode($event)">
            @for (option of store.modes(); track option.mode) {
              <!-- eslint-disable-next-line @angular-eslint/template/label-has-associated-control -- nz-radio puts its input inside -->
              <label nz-radio [nzValue]="option.mode" [nzDisabled]="option.blocked !== null" nz-tooltip [nzTooltipTitle]="option.blocked ? t('services.wizard.where.blocked.' + option.blocked) : ''">{{ t('services.mode.' + option.mode) }}</label>
            }
          </nz-radio-group>
          <os-field-notes field="mode" />
        </div>
        <div class="field">
          <label for="service-nodes">{{ t('services.wizard.where.nodes') }}</label>
          <nz-select nzId="service-nodes" name="nodes" nzMode="multiple" [nzPlaceHolder]="t('services.wizard.where.anyNode')" nzAllowClear [ngModel]="store.draft().nodeIds" (ngModelChange)="store.change({ nodeIds: $event })" [nzStatus]="store.errorOf('nodeIds') ? 'error' : ''">
            @for (option of store.nodes(); track option.node.id) {
              <nz-option nzCustomContent [nzValue]="option.node.id" [nzLabel]="option.node.name" [nzDisabled]="option.blocked !== null">
                <span class="option"><span class="name">{{ option.node.name }}</span>
                  @if (option.blocked) {
                    <span class="why">{{ t('services.wizard.where.nodeBlocked.' + option.blocked) }}</span>
                  } @else {
                    <span class="pills">
                      @if (option.node.inventory; as inventory) {
                        <span class="pill">{{ t('services.wizard.where.cores', { count: inventory.cpuCores }) }}</span>
                        <span class="pill">{{ t('services.wizard.where.memory', { value: (inventory.memoryBytes | bytes) }) }}</span>
                      }
                      @for (card of cardsOf(option.node); track card.name) {
                        <span class="pill brand">{{ t('services.wizard.where.cards', { name: card.name, count: card.count }) }}</span>
                      }
                    </span>
                  }
                </span>
              </nz-option>
            }
          </nz-select>
          <os-field-notes field="nodeIds" />
          <p class="help">{{ t('services.wizard.where.nodesHelp') }}</p>
        </div>
      </div>
    </section>
  `,
  styleUrl: './field.scss',
  styles: `
    .field:last-child { margin-bottom: 0; }
    .option { display: flex; align-items: center; gap: 8px; min-width: 0; }
    .name { overflow: hidden; text-overflow: ellipsis; }
    .why { font-size: 12px; color: var(--os-text-3); }
  `,
})
export class ChoosePlace {
  protected readonly store = inject(DeployStore);
  protected readonly isChanged = isChanged;
  protected readonly resetField = resetField;
  private readonly cards = computed(() => new Map(this.store.nodes().map(({ node }) => [node.id, countCards(node)])));

  protected cardsOf(node: Node): readonly { readonly name: string; readonly count: number }[] {
    return this.cards().get(node.id) ?? [];
  }

  protected chooseMode(mode: Mode): void {
    this.store.update(withMode(this.store.draft(), mode, this.store.eligible(mode)));
  }
}

function countCards(node: Node): readonly { readonly name: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const { name } of node.gpus) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, count }));
}
