import { Component, computed, inject } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NzInputNumberModule } from 'ng-zorro-antd/input-number';
import { NzMessageService } from 'ng-zorro-antd/message';
import { NzRadioModule } from 'ng-zorro-antd/radio';
import type { HoldsChanges } from '../access';
import { Api, Session, type HubSettings } from '../api';
import { FieldError, StateTag } from '../ui-kit';
import { hubChangesOf, hubProblemsOf, hubsDraftOf, type HubsDraft } from './hubs-draft';
import { SettingsForm } from './settings-form';
import { SettingsFrame } from './settings-frame';

/** Where models come from: which hub first, mirrors, tokens that are never shown again, and how much of the line may be used. */
@Component({
  selector: 'os-hubs',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzInputModule, NzInputNumberModule, NzRadioModule, FieldError, SettingsFrame, StateTag],
  templateUrl: './hubs.html',
  styles: `
    .measure { display: flex; align-items: center; gap: 8px; }
    .measure input { width: 120px; }
    nz-input-number { width: 120px; }
    fieldset { margin: 0 0 16px; padding: 16px 16px 0; border: 1px solid var(--os-line-soft); border-radius: 8px; min-width: 0; }
    legend { width: auto; margin: 0; padding: 0 6px; border: 0; font-size: 14px; font-weight: 600; color: var(--os-text); }
    .token { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin-bottom: 6px; }
  `,
})
export class Hubs implements HoldsChanges {
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  private readonly words = inject(TranslocoService);
  private readonly messages = inject(NzMessageService);

  protected readonly hubs = ['modelscope', 'huggingface'] as const;
  protected readonly rates = [['downloadRate', 'downloadBytesPerSecond'], ['distributionRate', 'distributionBytesPerSecond']] as const;
  protected readonly mayChange = computed(() => this.session.can('settings.write'));
  protected readonly form = new SettingsForm<HubSettings, HubsDraft>({
    read: () => this.api.get('/settings/hubs'),
    write: (draft, stored) => this.api.patch('/settings/hubs', { body: hubChangesOf(draft, stored) }),
    draftOf: hubsDraftOf, changesOf: hubChangesOf, problemsOf: hubProblemsOf,
    saved: () => this.messages.success(this.words.translate('settings.general.saved')),
  });

  hasUnsavedChanges(): boolean {
    return this.form.changed();
  }
}
