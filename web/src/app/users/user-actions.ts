import { Injectable, inject } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { NzMessageService } from 'ng-zorro-antd/message';
import { Api, type User } from '../api';
import { FailureToast } from '../refusals';
import { ConfirmDialog } from '../ui-kit';
import { UserStore } from './user-store';

/** What can be done with a user from the table: ask, do, say that it is done. */
@Injectable()
export class UserActions {
  private readonly api = inject(Api);
  private readonly refusals = inject(FailureToast);
  private readonly store = inject(UserStore);
  private readonly dialog = inject(ConfirmDialog);
  private readonly message = inject(NzMessageService);
  private readonly transloco = inject(TranslocoService);

  /** The new password, to be shown once; null when nothing was changed. */
  async resetPassword(user: User): Promise<string | null> {
    const confirmed = await this.dialog.confirm({
      title: this.words('reset.title', { name: user.username }),
      body: this.words('reset.body'),
      consequences: [this.words('reset.ends'), this.words('reset.keysStay')],
      action: this.words('reset.confirm'),
    });
    if (!confirmed) return null;
    const answer = await this.attempt(() => this.api.post('/users/{id}/reset-password', { params: { id: user.id } }));
    return answer?.password ?? null;
  }

  async disable(user: User): Promise<void> {
    const confirmed = await this.dialog.confirm({
      title: this.words('disable.title', { name: user.username }),
      consequences: [this.words('disable.signIn'), ...(user.keyCount > 0 ? [this.words('disable.keys', { count: user.keyCount })] : []), this.words('disable.back')],
      danger: true,
      action: this.words('disable.confirm'),
    });
    if (confirmed) await this.setStatus(user, 'disabled', 'disable.done');
  }

  async enable(user: User): Promise<void> {
    await this.setStatus(user, 'enabled', 'enable.done');
  }

  async remove(user: User): Promise<void> {
    const confirmed = await this.dialog.confirm({
      title: this.words('delete.title', { name: user.username }),
      consequences: [user.keyCount > 0 ? this.words('delete.keys', { count: user.keyCount }) : this.words('delete.noKeys'), this.words('delete.calls'), this.words('delete.final')],
      danger: true,
      action: this.words('delete.confirm'),
    });
    if (!confirmed) return;
    const done = await this.attempt(async () => {
      await this.api.delete('/users/{id}', { params: { id: user.id } });
      return true;
    });
    if (done) await this.say('delete.done', user);
  }

  private async setStatus(user: User, status: User['status'], done: string): Promise<void> {
    if (await this.attempt(() => this.api.patch('/users/{id}', { params: { id: user.id }, body: { status } }))) await this.say(done, user);
  }

  private async say(key: string, user: User): Promise<void> {
    this.message.success(this.words(key, { name: user.username }));
    await this.store.refresh();
  }

  private async attempt<T>(act: () => Promise<T>): Promise<T | null> {
    try {
      return await act();
    } catch (thrown) {
      this.refusals.show(thrown);
      return null;
    }
  }

  private words(key: string, values: object = {}): string {
    return this.transloco.translate(`users.${key}`, values);
  }
}
