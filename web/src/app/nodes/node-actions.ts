import { Service, inject } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { NzMessageService } from 'ng-zorro-antd/message';
import { Api, LiveStore, type Node } from '../api';
import { FailureToast } from '../refusals';
import { ConfirmDialog, Dialogs } from '../ui-kit';
import { fit, type BulkDeed, type NodeDeed } from './node-deeds';
import { ReasonDialog, type Reason, type ReasonAsk } from './reason-dialog';
import { RemoveDialog } from './remove/remove-dialog';
import { RenameDialog } from './rename-dialog';
import { UpgradeDialog } from './upgrade/upgrade-dialog';

/** What can be done with nodes: asks what has to be asked, does it, and says what came of it. */
@Service()
export class NodeActions {
  private readonly api = inject(Api);
  private readonly live = inject(LiveStore);
  private readonly refusals = inject(FailureToast);
  private readonly dialogs = inject(Dialogs);
  private readonly confirmation = inject(ConfirmDialog);
  private readonly words = inject(TranslocoService);
  private readonly messages = inject(NzMessageService);

  /** Does one deed with one node. @returns true when the node is on its way out */
  async perform(deed: NodeDeed, node: Node): Promise<boolean> {
    switch (deed) {
      case 'drain':
      case 'maintain':
      case 'resume':
      case 'upgrade':
        await this.performAll(deed, [node]);
        return false;
      case 'rename':
        await this.dialogs.open(RenameDialog, node, 480);
        return false;
      case 'readmit':
        await this.readmit(node);
        return false;
      case 'remove':
        return (await this.dialogs.open<boolean>(RemoveDialog, node, 640)) === true;
    }
  }

  /** Does a deed with several nodes; those it does not fit are left alone and counted. */
  async performAll(deed: BulkDeed, nodes: readonly Node[]): Promise<void> {
    const meant = fit(nodes, deed);
    if (meant.length === 0) {
      this.messages.info(this.say('bulk.none'));
      return;
    }
    if (deed === 'upgrade') {
      await this.dialogs.open(UpgradeDialog, meant, 560);
      return;
    }
    const reason = deed === 'resume' ? { reason: '', force: false } : await this.dialogs.open<Reason>(ReasonDialog, { deed, nodes: meant, skipped: nodes.length - meant.length } satisfies ReasonAsk, 520);
    if (reason) await this.report(deed, meant, (node) => this.ask(deed, node, reason));
  }

  private async ask(deed: 'drain' | 'maintain' | 'resume', { id }: Node, { reason, force }: Reason): Promise<unknown> {
    if (deed === 'drain') return this.api.post('/nodes/{id}/drain', { params: { id }, body: { reason, force } });
    if (deed === 'maintain') return this.api.post('/nodes/{id}/maintenance', { params: { id }, body: { reason } });
    return this.api.post('/nodes/{id}/resume', { params: { id } });
  }

  private async readmit(node: Node): Promise<void> {
    const agreed = await this.confirmation.confirm({
      title: this.say('readmit.title', { name: node.name }), body: this.say('readmit.body'), consequences: [this.say('readmit.once'), this.say('readmit.check')], action: this.say('deed.readmit'),
    });
    if (agreed) await this.report('readmit', [node], ({ id }) => this.api.post('/nodes/{id}/readmit', { params: { id } }));
  }

  private async report(deed: NodeDeed, nodes: readonly Node[], act: (node: Node) => Promise<unknown>): Promise<void> {
    const refused: string[] = [];
    for (const node of nodes) {
      try {
        await act(node);
      } catch (thrown) {
        refused.push(`${node.name}: ${this.refusals.words(thrown)}`);
      }
    }
    const done = nodes.length - refused.length;
    if (done > 0) this.messages.success(done === 1 && nodes.length === 1 ? this.say(`done.${deed}`, { name: nodes[0]?.name ?? '' }) : this.say('bulk.done', { count: done }));
    if (refused.length > 0) this.messages.error(`${this.say('bulk.refused', { count: refused.length })} ${refused.slice(0, 3).join('; ')}`, { nzDuration: 10_000 });
    await this.live.refresh();
  }

  private say(key: string, values: Record<string, unknown> = {}): string {
    return this.words.translate(`nodes.${key}`, values);
  }
}
