import { Component, computed, inject, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NZ_MODAL_DATA, NzModalRef } from 'ng-zorro-antd/modal';
import { NzRadioModule } from 'ng-zorro-antd/radio';
import { Api, ApiFailure, type EngineImage } from '../../api';
import { ErrorState, FieldError } from '../../ui-kit';
import { imageDraftOf, imageRequestOf, type ImageDraft } from './image-draft';

export interface ImageQuestion {
  readonly image: EngineImage;
  readonly name: string;
}

/** Where the image of a shipped engine comes from. */
@Component({
  selector: 'os-engine-image-dialog',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzInputModule, NzRadioModule, ErrorState, FieldError],
  template: `
    <form class="dialog" *transloco="let t" (ngSubmit)="save()">
      <h2>{{ t('settings.engines.changeTitle', { name: question.name }) }}</h2>
      @if (failure(); as failed) {@if (!failed.field) {<os-error [failure]="failed" (retry)="save()" />}}
      <div class="field">
        <span class="field-label" id="image-source">{{ t('settings.engines.source') }}</span>
        <nz-radio-group class="sources" name="source" aria-labelledby="image-source" [ngModel]="draft().source" (ngModelChange)="change({ source: $event })">
          <!-- eslint-disable @angular-eslint/template/label-has-associated-control -- nz-radio puts its input inside -->
          <label nz-radio nzValue="shipped">{{ t('settings.engines.sourceShipped') }}</label>
          <label nz-radio nzValue="mirror">{{ t('settings.engines.sourceMirror') }}</label>
          <label nz-radio nzValue="own">{{ t('settings.engines.sourceOwn') }}</label>
          <!-- eslint-enable @angular-eslint/template/label-has-associated-control -->
        </nz-radio-group>
        @if (question.image.defaultImage) {<p class="field-help">{{ t('settings.engines.from', { image: question.image.defaultImage }) }}</p>}
      </div>
      @if (draft().source === 'mirror') {
        <div class="field">
          <label for="image-mirror">{{ t('settings.engines.mirror') }}</label>
          <input nz-input id="image-mirror" name="mirror" maxlength="128" autocomplete="off" spellcheck="false" [ngModel]="draft().mirror" (ngModelChange)="change({ mirror: $event })" [nzStatus]="refused('mirror') ? 'error' : ''" />
          <os-field-error [message]="refused('mirror')" />
          <p class="field-help">{{ t('settings.engines.mirrorHelp') }}</p>
        </div>
      } @else if (draft().source === 'own') {
        <div class="field">
          <label for="image-own">{{ t('settings.engines.image') }}</label>
          <input nz-input id="image-own" name="image" maxlength="255" autocomplete="off" spellcheck="false" [ngModel]="draft().image" (ngModelChange)="change({ image: $event })" [nzStatus]="refused('image') ? 'error' : ''" />
          <os-field-error [message]="refused('image')" />
          <p class="field-help">{{ t('settings.engines.imageHelp') }}</p>
        </div>
      }
      <footer>
        <button nz-button type="button" (click)="dialog.close()">{{ t('settings.engines.cancel') }}</button>
        <button nz-button nzType="primary" type="submit" [nzLoading]="busy()" [disabled]="request() === null">{{ t('settings.engines.save') }}</button>
      </footer>
    </form>
  `,
  styles: `.sources { display: grid; gap: 6px; }`,
})
export class EngineImageDialog {
  private readonly api = inject(Api);
  protected readonly question = inject<ImageQuestion>(NZ_MODAL_DATA);
  protected readonly dialog = inject<NzModalRef<EngineImageDialog, boolean>>(NzModalRef);

  protected readonly draft = signal<ImageDraft>(imageDraftOf(this.question.image));
  protected readonly busy = signal(false);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly request = computed(() => imageRequestOf(this.draft()));

  protected change(change: Partial<ImageDraft>): void {
    this.draft.update((draft) => ({ ...draft, ...change }));
    this.failure.set(null);
  }

  protected refused(field: string): string {
    const failure = this.failure();
    return failure?.field === field ? failure.message : '';
  }

  protected async save(): Promise<void> {
    const request = this.request();
    if (request === null || this.busy()) return;
    this.busy.set(true);
    try {
      await this.api.put('/engine-images/{id}', { params: { id: this.question.image.engine }, body: { ...request } });
      this.dialog.close(true);
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.busy.set(false);
    }
  }
}
