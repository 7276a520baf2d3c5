import { Service, inject } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { NzMessageService } from 'ng-zorro-antd/message';
import { Api, ApiFailure, LiveStore, type Node } from '../api';
import { ConfirmDialog, failureWords } from '../ui-kit';

/** Removing a node: asks first, saying what stops, then does it. */
@Service()
export class RemoveNode {
  private readonly api = inject(Api);
  private readonly live = inject(LiveStore);
  private readonly dialog = inject(ConfirmDialog);
  private readonly words = inject(TranslocoService);
  private readonly messages = inject(NzMessageService);

  /** True when the node is gone. */
  async ask(node: Node): Promise<boolean> {
    const say = (key: string, values: object = {}) => this.words.translate(`nodes.remove.${key}`, values);
    const busy = node.instanceCount > 0;
    const agreed = await this.dialog.confirm({
      title: say('title', { name: node.name }),
      body: say('body'),
      consequences: [
        ...(busy ? [say('instances', { count: node.instanceCount, services: node.services.map(({ name }) => name).join(', ') })] : []),
        say('certificate'),
        say('again'),
      ],
      action: say('action'),
      danger: true,
      ...(busy ? { typeToConfirm: node.name } : {}),
    });
    if (!agreed) return false;
    try {
      await this.api.delete('/nodes/{id}', { params: { id: node.id }, query: { force: String(busy) } });
      this.messages.success(say('done', { name: node.name }));
      await this.live.refresh();
      return true;
    } catch (thrown) {
      const words = failureWords(ApiFailure.from(thrown));
      this.messages.error(words.message || this.words.translate(words.title));
      return false;
    }
  }
}
