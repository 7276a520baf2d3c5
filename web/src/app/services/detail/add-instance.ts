import { Component, computed, inject, input, output, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzMessageService } from 'ng-zorro-antd/message';
import { NzModalModule } from 'ng-zorro-antd/modal';
import { NzSelectModule } from 'ng-zorro-antd/select';
import { Api, ApiFailure, LiveStore, type Service } from '../../api';
import { BytesPipe, Detail, DetailList, FieldError, failureWords } from '../../ui-kit';
import { nodeOptions } from '../deploy/placement-options';
import { rejectedIn, rejectionWords } from '../deploy/plan-words';
import { engineName } from '../engine-names';

/** One more instance of the same kind: only where is asked, and even that may stay open. */
@Component({
  selector: 'os-add-instance',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzModalModule, NzSelectModule, BytesPipe, Detail, DetailList, FieldError],
  template: `
    <nz-modal *transloco="let t" [nzVisible]="true" [nzTitle]="t('services.addInstance.title')" [nzFooter]="null" nzWidth="560px" (nzOnCancel)="closed.emit()">
      <form *nzModalContent (ngSubmit)="submit()">
        <p class="lead">{{ t('services.addInstance.lead') }}</p>
        <div class="same">
          <os-detail-list [columns]="2">
            <ng-template [osDetail]="t('services.parameters.model')">{{ service().modelName }}</ng-template>
            <ng-template [osDetail]="t('services.parameters.engine')">{{ engineName(service().engine) }}</ng-template>
            <ng-template [osDetail]="t('services.parameters.mode')">{{ t('services.mode.' + service().mode) }}</ng-template>
          </os-detail-list>
          <os-detail-list [columns]="1">
            <ng-template [osDetail]="t('services.parameters.extended')"><code>{{ service().parameters || '–' }}</code></ng-template>
          </os-detail-list>
        </div>
        <div class="field">
          <label for="add-instance-nodes">{{ t('services.wizard.where.nodes') }}</label>
          <nz-select nzId="add-instance-nodes" name="nodes" nzMode="multiple" nzAllowClear [nzPlaceHolder]="t('services.wizard.where.anyNode')" [ngModel]="nodeIds()" (ngModelChange)="nodeIds.set($event); failure.set(null)">
            @for (option of options(); track option.node.id) {
              <nz-option nzCustomContent [nzValue]="option.node.id" [nzLabel]="option.node.name" [nzDisabled]="option.blocked !== null">
                {{ option.node.name }} <span class="why">{{ option.blocked ? t('services.wizard.where.nodeBlocked.' + option.blocked) : (option.node.inventory?.memoryBytes ?? null) === null ? '' : t('services.wizard.where.memory', { value: (option.node.inventory!.memoryBytes | bytes) }) }}</span>
              </nz-option>
            }
          </nz-select>
          @if (rejected().length > 0) {
            <os-field-error [message]="t('services.addInstance.nothingFits')" />
            <ul class="rejected">
              @for (node of rejected(); track $index) {<li><strong>{{ node.nodeName }}</strong> {{ node.words ? t(node.words.key, node.words.values) : node.reason }}</li>}
            </ul>
          } @else if (error(); as words) {
            <os-field-error [message]="words.message || t(words.title)" />
          }
          <p class="field-help">{{ t('services.addInstance.plan') }}</p>
        </div>
        <footer>
          <button nz-button type="button" (click)="closed.emit()">{{ t('services.addInstance.cancel') }}</button>
          <button nz-button nzType="primary" type="submit" [nzLoading]="sending()">{{ t('services.addInstance.submit') }}</button>
        </footer>
      </form>
    </nz-modal>
  `,
  styles: `
    .lead { margin: 0 0 16px; color: var(--os-text-2); }
    .same { padding: 12px 16px; border-radius: 8px; background: var(--os-sunken); margin-bottom: 16px; }
    .field nz-select { width: 100%; }
    .why { font-size: 12px; color: var(--os-text-3); }
    .rejected { margin: 4px 0 0; padding-left: 18px; font-size: 12px; line-height: 18px; }
    .rejected li { overflow-wrap: anywhere; }
    code { overflow-wrap: anywhere; }
    footer { display: flex; justify-content: flex-end; gap: 8px; margin-top: 24px; }
  `,
})
export class AddInstance {
  private readonly api = inject(Api);
  private readonly live = inject(LiveStore);
  private readonly message = inject(NzMessageService);
  private readonly transloco = inject(TranslocoService);

  readonly service = input.required<Service>();
  readonly closed = output();

  protected readonly engineName = engineName;
  protected readonly nodeIds = signal<readonly string[]>([]);
  protected readonly sending = signal(false);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly error = computed(() => {
    const failure = this.failure();
    return failure === null ? null : failureWords(failure);
  });
  protected readonly rejected = computed(() => rejectedIn(this.failure()?.details ?? {}).map((node) => ({ ...node, words: rejectionWords(node) })));
  protected readonly options = computed(() => nodeOptions(this.live.nodes(), this.service().mode));

  protected async submit(): Promise<void> {
    if (this.sending()) return;
    this.sending.set(true);
    try {
      await this.api.post('/services/{id}/instances', { params: { id: this.service().id }, body: { nodeIds: [...this.nodeIds()] } });
      this.message.success(this.transloco.translate('services.addInstance.done'));
      this.closed.emit();
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.sending.set(false);
    }
  }
}
