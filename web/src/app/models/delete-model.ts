import { Service, inject } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { NzMessageService } from 'ng-zorro-antd/message';
import { Api, ApiFailure, type Model } from '../api';
import { ConfirmDialog, failureWords, formatBytes } from '../ui-kit';

/** Asks, then deletes; resolves to whether the model is gone. A model in use is not asked about: see `ModelInUse`. */
@Service()
export class DeleteModel {
  private readonly api = inject(Api);
  private readonly confirm = inject(ConfirmDialog);
  private readonly message = inject(NzMessageService);
  private readonly transloco = inject(TranslocoService);

  async ask(model: Model): Promise<boolean> {
    const words = (key: string, values: object = {}) => this.transloco.translate(`models.deleteDialog.${key}`, values);
    const confirmed = await this.confirm.confirm({
      title: words('title', { name: model.name }),
      consequences: model.state === 'failed' ? [words('finalFailed')] : [words('files', { files: model.fileCount, bytes: formatBytes(model.bytes) }), words('final')],
      danger: true,
      action: words('confirm'),
    });
    if (!confirmed) return false;
    try {
      await this.api.delete('/models/{id}', { params: { id: model.id } });
      this.message.success(words('done', { name: model.name }));
      return true;
    } catch (thrown) {
      const failure = failureWords(ApiFailure.from(thrown));
      this.message.error(failure.message || this.transloco.translate(failure.title));
      return false;
    }
  }
}
