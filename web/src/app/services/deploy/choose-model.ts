import { Component, computed, inject } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzSelectModule } from 'ng-zorro-antd/select';
import { LiveStore } from '../../api';
import { BytesPipe, NumberPipe } from '../../ui-kit';
import { withModel } from './deploy-draft';
import { DeployStore } from './deploy-store';
import { FieldNotes } from './field-notes';
import { parameterLabel } from '../../models';

/** Which model of the library, with what it is beside its name. */
@Component({
  selector: 'os-choose-model',
  imports: [FormsModule, RouterLink, TranslocoDirective, NzSelectModule, BytesPipe, FieldNotes, NumberPipe],
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
          <os-field-notes field="modelId" />
          @if (noModel()) {<p class="lack">{{ t('services.wizard.model.none') }} <a routerLink="/models">{{ t('services.wizard.before.modelAction') }}</a></p>}
          <p class="help">{{ t('services.wizard.model.localHint') }} <a routerLink="/models">{{ t('services.wizard.model.localAction') }}</a></p>
        </div>
        @if (store.model(); as model) {
          <dl class="details" [attr.aria-label]="t('services.wizard.model.details')">
            <div><dt>{{ t('services.wizard.model.parameters') }}</dt><dd>{{ parameterLabel(model.parameterCount) ?? '–' }}</dd></div>
            <div><dt>{{ t('services.wizard.model.dataType') }}</dt><dd>{{ model.dataType ?? '–' }}</dd></div>
            <div><dt>{{ t('services.wizard.model.size') }}</dt><dd>{{ model.bytes | bytes }}</dd></div>
            <div><dt>{{ t('services.wizard.model.context') }}</dt><dd>{{ model.contextLength | number }}</dd></div>
            <div><dt>{{ t('services.wizard.model.memory') }}</dt><dd>{{ t('services.wizard.model.about', { value: (model.memoryNeedBytes | bytes) }) }}</dd></div>
            <div><dt>{{ t('services.wizard.model.format') }}</dt><dd>{{ model.format }}</dd></div>
          </dl>
        }
      </div>
    </section>
  `,
  styleUrl: './field.scss',
  styles: `
    .option { display: flex; align-items: center; gap: 8px; min-width: 0; }
    .option .name { overflow: hidden; text-overflow: ellipsis; }
    .option .pills { flex: none; }
    .details { display: grid; grid-template-columns: repeat(auto-fit, minmax(104px, 1fr)); gap: 12px 16px; margin: 0; padding: 12px 16px; border-radius: 8px; background: var(--os-sunken); }
    dt { font-size: 12px; line-height: 18px; color: var(--os-text-2); }
    dd { margin: 0; line-height: 22px; font-variant-numeric: tabular-nums; }
    .missing { padding: 8px 12px; white-space: normal; }
  `,
})
export class ChooseModel {
  protected readonly store = inject(DeployStore);
  private readonly live = inject(LiveStore);
  protected readonly noModel = computed(() => this.live.loaded.models() && this.store.models().length === 0);
  protected readonly parameterLabel = parameterLabel;

  protected choose(modelId: string): void {
    this.store.update(withModel(this.store.draft(), modelId));
  }
}
