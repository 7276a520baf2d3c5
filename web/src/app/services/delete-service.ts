import { Service as Injectable, inject } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { NzMessageService } from 'ng-zorro-antd/message';
import { Api, type Service, type UsageSummary } from '../api';
import { FailureToast } from '../refusals';
import { ConfirmDialog, type Confirmation } from '../ui-kit';

/** Asks with the consequences spelt out, then deletes; resolves to whether the deletion has begun. */
@Injectable()
export class DeleteService {
  private readonly api = inject(Api);
  private readonly refusals = inject(FailureToast);
  private readonly confirm = inject(ConfirmDialog);
  private readonly message = inject(NzMessageService);
  private readonly transloco = inject(TranslocoService);

  async ask(service: Service): Promise<boolean> {
    const calls = await this.callsLastHour(service.id);
    const words = (key: string, values: object = {}) => this.transloco.translate(`services.${key}`, values);
    if (!(await this.confirm.confirm(deletionQuestion(service, calls, words)))) return false;
    try {
      await this.api.delete('/services/{id}', { params: { id: service.id } });
      this.message.success(words('delete.done', { name: service.name }));
      return true;
    } catch (thrown) {
      this.refusals.show(thrown);
      return false;
    }
  }

  /** Null when it could not be read: the question then says so instead of claiming silence. */
  async callsLastHour(serviceId: string): Promise<UsageSummary['requests'] | null> {
    try {
      return (await this.api.get('/usage', { query: { serviceId, minutes: 60 } })).requests;
    } catch {
      return null;
    }
  }
}

/** What the question says: what stops, who is affected, what cannot be undone; the name only where there is traffic. */
export function deletionQuestion(service: Service, calls: number | null, words: (key: string, values?: object) => string): Confirmation {
  const stopping = service.instances.filter((instance) => instance.state !== 'stopped' && instance.state !== 'failed').length;
  const question: Confirmation = {
    title: words('delete.title', { name: service.name }),
    consequences: [
      stopping === 0 ? words('delete.stopsNone') : stopping === 1 ? words('delete.stopsOne') : words('delete.stops', { count: stopping }),
      calls === null ? words('delete.callsUnknown') : calls === 0 ? words('delete.noCalls') : words('delete.calls', { count: calls }),
      words('delete.final'),
    ],
    danger: true,
    action: words('delete.confirm'),
  };
  return calls !== null && calls > 0 ? { ...question, typeToConfirm: service.name } : question;
}
