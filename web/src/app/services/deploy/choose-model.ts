import { Component, inject } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzSelectModule } from 'ng-zorro-antd/select';
import { BytesPipe, Detail, DetailList, FieldError, NumberPipe } from '../../ui-kit';
import { withModel } from './deploy-draft';
import { DeployStore } from './deploy-store';
import { parameterLabel } from '../../models';

/** Which model of the library, with what it is beside its name. */
@Component({
  selector: 'os-choose-model',
  imports: [FormsModule, RouterLink, TranslocoDirective, NzSelectModule, BytesPipe, Detail, DetailList, FieldError, NumberPipe],
  template: `
    <section class="card" *transloco="let t">
      <h2>{{ t('services.wizard.model.title') }}</h2>
      <div class="card-body">
      <div class="field">
        <label for="service-model" class="required">{{ t('services.wizard.model.label') }}</label>
        <nz-select nzId="service-model" name="model" nzShowSearch [nzPlaceHolder]="t('services.wizard.model.placeholder')" [ngModel]="store.draft().modelId" (ngModelChange)="choose($event)" [nzStatus]="store.errorOf('modelId') ? 'error' : ''" [nzNotFoundContent]="missing">
          @for (model of store.models(); track model.id) {
            <nz-option nzCustomContent [nzValue]="model.id" [nzLabel]="model.name">
              <span class="option"><span class="name">{{ model.name }}</span>
                <span class="pills">
                  @if (parameterLabel(model.parameterCount); as count) {<span class="pill brand">{{ count }}</span>}
                  @if (model.dataType) {<span class="pill">{{ model.dataType }}</span>}
                </span>
              </span>
            </nz-option>
          }
        </nz-select>
        <ng-template #missing><div class="missing">{{ t('services.wizard.model.none') }} <a routerLink="/models">{{ t('services.wizard.before.modelAction') }}</a></div></ng-template>
        <os-field-error [message]="store.errorOf('modelId')" />
      </div>
      @if (store.model(); as model) {
        <div class="details" [attr.aria-label]="t('services.wizard.model.details')">
          <os-detail-list [columns]="3">
            <ng-template [osDetail]="t('services.wizard.model.parameters')">{{ parameterLabel(model.parameterCount) ?? '–' }}</ng-template>
            <ng-template [osDetail]="t('services.wizard.model.dataType')">{{ model.dataType ?? '–' }}</ng-template>
            <ng-template [osDetail]="t('services.wizard.model.size')">{{ model.bytes | bytes }}</ng-template>
            <ng-template [osDetail]="t('services.wizard.model.context')">{{ model.contextLength | number }}</ng-template>
            <ng-template [osDetail]="t('services.wizard.model.memory')">{{ t('services.wizard.model.about', { value: (model.memoryNeedBytes | bytes) }) }}</ng-template>
            <ng-template [osDetail]="t('services.wizard.model.format')">{{ model.format }}</ng-template>
          </os-detail-list>
        </div>
      }
      </div>
    </section>
  `,
  styleUrl: './field.scss',
  styles: `
    .option { display: flex; align-items: center; gap: 8px; min-width: 0; }
    .option .name { overflow: hidden; text-overflow: ellipsis; }
    .option .pills { flex: none; }
    .details { padding: 12px 16px; border-radius: 8px; background: var(--os-sunken); }
    .missing { padding: 8px 12px; white-space: normal; }
  `,
})
export class ChooseModel {
  protected readonly store = inject(DeployStore);
  protected readonly parameterLabel = parameterLabel;

  protected choose(modelId: string): void {
    this.store.update(withModel(this.store.draft(), modelId));
  }
}
