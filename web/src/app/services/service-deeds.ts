import { Service as Injectable, inject } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { NzMessageService } from 'ng-zorro-antd/message';
import { Api, LiveStore, type Service, type ServiceRevision } from '../api';
import { FailureToast } from '../refusals';
import { ConfirmDialog, Dialogs } from '../ui-kit';
import { DeleteService } from './delete-service';
import { EditDialog, type EditQuestion } from './detail/edit-dialog';
import type { RunSettings } from './detail/settings-diff';
import { mayRetry } from './service-state';

/** What can be done to a whole service, each with its question where something stops. Resolves to whether it began. */
@Injectable()
export class ServiceDeeds {
  private readonly api = inject(Api);
  private readonly refusals = inject(FailureToast);
  private readonly live = inject(LiveStore);
  private readonly confirm = inject(ConfirmDialog);
  private readonly dialogs = inject(Dialogs);
  private readonly message = inject(NzMessageService);
  private readonly transloco = inject(TranslocoService);
  private readonly deletion = inject(DeleteService);

  async stop(service: Service): Promise<boolean> {
    const calls = await this.deletion.callsLastHour(service.id);
    const confirmed = await this.confirm.confirm({
      title: this.words('stop.title', { name: service.name }),
      consequences: [
        this.words('stop.drains', { count: service.instances.length }),
        calls === null ? this.words('delete.callsUnknown') : calls === 0 ? this.words('delete.noCalls') : this.words('stop.calls', { count: calls }),
        this.words('stop.stays'),
      ],
      danger: true,
      action: this.words('stop.confirm'),
    });
    return confirmed && this.send('stop.done', service.name, () => this.api.post('/services/{id}/stop', { params: { id: service.id } }));
  }

  start(service: Service): Promise<boolean> {
    return this.send('start.done', service.name, () => this.api.post('/services/{id}/start', { params: { id: service.id } }));
  }

  /** Tries at once what failed; what runs goes on. */
  again(service: Service): Promise<boolean> {
    return this.send('retry.done', service.name, () => this.api.post('/services/{id}/retry', { params: { id: service.id } }));
  }

  /** The same with a change that a person sees before; an engine that hangs gets it as any other change. */
  relaunch(service: Service, proposed: Partial<RunSettings>, lead: string): Promise<boolean> {
    return this.edit({ service, proposed, lead, again: mayRetry(service), title: 'services.diagnosis.relaunchTitle', action: 'services.diagnosis.relaunchNow' });
  }

  async edit(question: EditQuestion): Promise<boolean> {
    const saved = (await this.dialogs.open<boolean>(EditDialog, question, 640)) === true;
    if (saved) this.message.success(this.words('edit.done', { revision: question.service.revision + 1 }));
    return saved;
  }

  async revert(service: Service, { revision }: ServiceRevision, changes: readonly string[]): Promise<boolean> {
    const confirmed = await this.confirm.confirm({
      title: this.words('revisions.revertTitle', { revision }),
      consequences: [...changes, this.words('edit.rolling', { count: service.wantedInstances })],
      action: this.words('revisions.revert'),
    });
    return confirmed && this.send('revisions.reverted', service.name, () => this.api.post('/services/{id}/revert', { params: { id: service.id }, body: { revision } }), { revision });
  }

  /** Tries again what the service can do. */
  conform(service: Service): Promise<boolean> {
    return this.send('conformance.done', service.name, () => this.api.post('/services/{id}/conformance', { params: { id: service.id } }));
  }

  private async send(done: string, name: string, ask: () => Promise<unknown>, values: object = {}): Promise<boolean> {
    try {
      await ask();
      await this.live.refresh();
      this.message.success(this.words(done, { name, ...values }));
      return true;
    } catch (thrown) {
      this.refusals.show(thrown);
      return false;
    }
  }

  private words(key: string, values: object = {}): string {
    return this.transloco.translate(`services.${key}`, values);
  }
}
