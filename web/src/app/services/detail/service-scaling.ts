import { Component, computed, effect, inject, signal, untracked, viewChild } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzInputNumberModule } from 'ng-zorro-antd/input-number';
import { NzMessageService } from 'ng-zorro-antd/message';
import { Api, ApiFailure, LiveStore, type Scaling, type Service } from '../../api';
import { ErrorState } from '../../ui-kit';
import { ScalingEditor } from '../scaling/scaling-editor';
import { SaidPipe } from '../../wording';
import { ServiceContext } from './service-context';

interface ScalingDraft {
  readonly scaling: Scaling | null;
  readonly wanted: number;
  readonly replaceAfter: number | null;
}

/** How many instances: a number, or limits and times; and when a lost one is replaced. */
@Component({
  selector: 'os-service-scaling',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzInputNumberModule, ErrorState, SaidPipe, ScalingEditor],
  template: `
    <ng-container *transloco="let t">
      @if (context.service(); as service) {
        <form class="card" (ngSubmit)="save(service)">
          <h2>{{ t('services.scaling.title') }}</h2>
          <div class="card-body">
            <p class="now">{{ t('services.scaling.now', { ready: service.readyInstances, wanted: service.wantedInstances }) }}@if (service.scalingReason) {<span> · {{ t('services.scaling.because') }} {{ service.scalingReason | said }}</span>}</p>
            @if (failure(); as failed) {<os-error [failure]="failed" (retry)="save(service)" />}
            <fieldset [disabled]="!context.mayWrite()">
              @if (draft().scaling === null) {
                <div class="field"><label for="scaling-wanted">{{ t('services.scaling.wanted') }}</label>
                  <nz-input-number nzId="scaling-wanted" name="wanted" [nzMin]="0" [nzMax]="64" [nzPrecision]="0" [nzDisabled]="!context.mayWrite()" [ngModel]="draft().wanted" (ngModelChange)="change({ wanted: $event ?? service.wantedInstances })" /></div>
              }
              <os-scaling-editor [value]="draft().scaling" (valueChange)="change({ scaling: $event })" [instances]="service.wantedInstances" />
              <div class="field replace"><label for="scaling-replace">{{ t('services.wizard.advanced.replace') }}</label>
                <nz-input-number nzId="scaling-replace" name="replace" [nzMin]="1" [nzMax]="1440" [nzPrecision]="0" [nzDisabled]="!context.mayWrite()" [nzPlaceHolder]="t('services.wizard.advanced.never')" [ngModel]="draft().replaceAfter" (ngModelChange)="change({ replaceAfter: $event })"><span nzInputAddonAfter>{{ t('services.wizard.advanced.minutes') }}</span></nz-input-number>
                <p class="field-help">{{ t('services.wizard.advanced.replaceHelp') }}</p></div>
            </fieldset>
          </div>
          @if (context.mayWrite()) {
            <footer><span class="field-help">{{ t('services.scaling.atOnce') }}</span>
              <button nz-button type="button" [disabled]="!dirty()" (click)="reset(service)">{{ t('services.scaling.reset') }}</button>
              <button nz-button nzType="primary" type="submit" [nzLoading]="busy()" [disabled]="!dirty() || !valid()">{{ t('services.scaling.save') }}</button></footer>
          }
        </form>
      }
    </ng-container>
  `,
  styles: `
    .card { display: block; max-width: 980px; }
    .now { margin: 0 0 16px; color: var(--os-text-2); overflow-wrap: anywhere; }
    fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
    .field nz-input-number { width: 200px; }
    .replace { margin: 20px 0 0; }
    footer { display: flex; flex-wrap: wrap; align-items: center; justify-content: flex-end; gap: 8px; padding: 12px 16px; border-top: 1px solid var(--os-line-soft); }
    footer .field-help { flex: 1; margin: 0; }
  `,
})
export class ServiceScaling {
  private readonly api = inject(Api);
  private readonly live = inject(LiveStore);
  private readonly message = inject(NzMessageService);
  private readonly transloco = inject(TranslocoService);
  protected readonly context = inject(ServiceContext);

  private readonly editor = viewChild(ScalingEditor);
  private readonly start = signal<ScalingDraft>({ scaling: null, wanted: 1, replaceAfter: null });
  protected readonly draft = signal<ScalingDraft>(this.start());
  protected readonly busy = signal(false);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly dirty = computed(() => JSON.stringify(this.draft()) !== JSON.stringify(this.start()));
  protected readonly valid = computed(() => this.editor()?.valid() ?? true);

  constructor() {
    // What somebody else saved meanwhile replaces the form only while nobody has typed into it.
    effect(() => {
      const service = this.context.service();
      if (service) untracked(() => (this.dirty() ? undefined : this.reset(service)));
    });
  }

  protected change(part: Partial<ScalingDraft>): void {
    this.draft.update((draft) => ({ ...draft, ...part }));
    this.failure.set(null);
  }

  protected reset({ scaling, wantedInstances, replaceAfterMinutes }: Service): void {
    this.start.set({ scaling, wanted: wantedInstances, replaceAfter: replaceAfterMinutes });
    this.draft.set(this.start());
  }

  protected async save({ id }: Service): Promise<void> {
    if (this.busy() || !this.dirty() || !this.valid()) return;
    const { scaling, wanted, replaceAfter } = this.draft();
    this.busy.set(true);
    try {
      const saved = await this.api.patch('/services/{id}', { params: { id }, body: { scaling, replaceAfterMinutes: replaceAfter, note: '', ...(scaling === null && wanted !== this.start().wanted && { wantedInstances: wanted }) } });
      await this.live.refresh();
      this.reset(saved);
      this.message.success(this.transloco.translate('services.scaling.saved'));
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.busy.set(false);
    }
  }
}
