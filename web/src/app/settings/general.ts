import { Component, computed, inject } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NzInputNumberModule } from 'ng-zorro-antd/input-number';
import { NzMessageService } from 'ng-zorro-antd/message';
import type { HoldsChanges } from '../access';
import { Api, Session, type Settings } from '../api';
import { FieldError } from '../ui-kit';
import { changesOf, draftOf, problemsOf, type GeneralDraft } from './general-draft';
import { SettingsForm } from './settings-form';
import { SettingsFrame } from './settings-frame';

/** The address people reach the cluster by, how long sessions last, how long calls are kept. */
@Component({
  selector: 'os-general',
  imports: [FormsModule, TranslocoDirective, NzInputModule, NzInputNumberModule, FieldError, SettingsFrame],
  templateUrl: './general.html',
  styles: `
    .measure { display: flex; align-items: center; gap: 8px; }
    nz-input-number { width: 120px; }
  `,
})
export class General implements HoldsChanges {
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  private readonly words = inject(TranslocoService);
  private readonly messages = inject(NzMessageService);

  protected readonly mayChange = computed(() => this.session.can('settings.write'));
  protected readonly form = new SettingsForm<Settings, GeneralDraft>({
    read: () => this.api.get('/settings'),
    write: (draft, stored) => this.api.patch('/settings', { body: changesOf(draft, stored) }),
    draftOf, changesOf, problemsOf,
    saved: () => this.messages.success(this.words.translate('settings.general.saved')),
  });

  hasUnsavedChanges(): boolean {
    return this.form.changed();
  }
}
