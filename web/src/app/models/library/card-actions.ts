import { Service, inject } from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoService } from '@jsverse/transloco';
import { NzMessageService } from 'ng-zorro-antd/message';
import { Api, type ModelFamily } from '../../api';
import { FailureToast } from '../../refusals';
import { ConfirmDialog } from '../../ui-kit';
import type { CardDeed } from './family-card';

/** What can be done with a card; models that were downloaded from it stay in every case. */
@Service()
export class CardActions {
  private readonly api = inject(Api);
  private readonly refusals = inject(FailureToast);
  private readonly router = inject(Router);
  private readonly confirmation = inject(ConfirmDialog);
  private readonly words = inject(TranslocoService);
  private readonly messages = inject(NzMessageService);

  async perform(deed: CardDeed, family: ModelFamily): Promise<void> {
    if (deed === 'edit') {
      await this.router.navigate(['/models/cards', family.id]);
      return;
    }
    const say = (key: string) => this.words.translate(`models.card.${key}`, { name: family.name });
    const params = { id: family.id };
    if ((deed === 'delete' || deed === 'takeBack') && !(await this.confirmation.confirm({ title: say(`${deed}Title`), consequences: [say(`${deed}What`), say('modelsStay')], danger: deed === 'delete', action: say(deed) }))) return;
    try {
      if (deed === 'hide' || deed === 'show') await this.api.post('/catalog/{id}/hidden', { params, body: { hidden: deed === 'hide' } });
      else await this.api.delete('/catalog/{id}', { params });
      this.messages.success(say(`done.${deed}`));
    } catch (thrown) {
      this.refusals.show(thrown);
    }
  }
}
