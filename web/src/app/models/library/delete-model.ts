import { Service, inject } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { NzMessageService } from 'ng-zorro-antd/message';
import { Api, type Model } from '../../api';
import { FailureToast } from '../../refusals';
import { ConfirmDialog, Dialogs, formatBytes } from '../../ui-kit';
import { ModelInUse } from './model-in-use';

/** Asks, then deletes; resolves to whether the model is gone. Of one that services use it says which. */
@Service()
export class DeleteModel {
  private readonly api = inject(Api);
  private readonly refusals = inject(FailureToast);
  private readonly confirm = inject(ConfirmDialog);
  private readonly dialogs = inject(Dialogs);
  private readonly message = inject(NzMessageService);
  private readonly transloco = inject(TranslocoService);

  async ask(model: Model): Promise<boolean> {
    if (model.usedBy.length > 0) {
      await this.dialogs.open(ModelInUse, model, 460);
      return false;
    }
    const words = (key: string, values: object = {}) => this.transloco.translate(`models.deleteDialog.${key}`, values);
    const confirmed = await this.confirm.confirm({ title: words('title', { name: model.name }), consequences: consequencesOf(model).map((key) => words(key, { files: model.fileCount, bytes: formatBytes(model.bytes) })), danger: true, action: words('confirm') });
    if (!confirmed) return false;
    try {
      await this.api.delete('/models/{id}', { params: { id: model.id } });
      this.message.success(words('done', { name: model.name }));
      return true;
    } catch (thrown) {
      this.refusals.show(thrown);
      return false;
    }
  }
}

/** What deleting a model means, as keys of the dialog. */
export function consequencesOf({ state, inPlace, source }: Pick<Model, 'state' | 'inPlace' | 'source'>): readonly string[] {
  if (state === 'failed') return ['finalFailed'];
  if (inPlace) return ['entry', 'nodes', 'inPlace'];
  return ['files', 'nodes', source === 'local' ? 'final' : 'again'];
}
