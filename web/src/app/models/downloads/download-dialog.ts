import { Component, computed, inject, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NzMessageService } from 'ng-zorro-antd/message';
import { NZ_MODAL_DATA, NzModalRef } from 'ng-zorro-antd/modal';
import { NzRadioModule } from 'ng-zorro-antd/radio';
import { Api, ApiFailure, LiveStore, askingDeadlineMs, type Download, type DownloadPreview } from '../../api';
import { BytesPipe, CopyText, Detail, DetailList, ErrorState, FieldError, Skeleton } from '../../ui-kit';
import { largestRoom } from '../library/family-filter';
import { contextLabel, parameterLabel } from '../model-state';
import { hubsOf, warningsOf, type DownloadWish, type Hub } from './download-wish';
import { asHubRefusal } from './hub-refusal';

/** Size, room, licence and hub before a byte is fetched; closes with the download that was queued. */
@Component({
  selector: 'os-download-dialog',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzIconModule, NzInputModule, NzRadioModule, BytesPipe, CopyText, Detail, DetailList, ErrorState, FieldError, Skeleton],
  templateUrl: './download-dialog.html',
  styles: `
    .question { margin: 0 0 16px; color: var(--os-text-2); overflow-wrap: anywhere; }
    .info { padding: 4px 14px; margin-bottom: 16px; border: 1px solid var(--os-line-soft); border-radius: 8px; background: var(--os-sunken); }
    .hub { margin-bottom: 16px; }
    .hub legend { margin: 0 0 6px; padding: 0; border: 0; font-size: 14px; font-weight: 500; line-height: 20px; color: var(--os-text); }
    fieldset { min-width: 0; margin: 0; padding: 0; border: 0; }
    .path { max-width: 100%; }
    .dialog .note { margin-bottom: 8px; }
  `,
})
export class DownloadDialog {
  private readonly api = inject(Api);
  private readonly live = inject(LiveStore);
  private readonly messages = inject(NzMessageService);
  private readonly words = inject(TranslocoService);
  protected readonly wish = inject<DownloadWish>(NZ_MODAL_DATA);
  protected readonly dialog = inject<NzModalRef<DownloadDialog, Download>>(NzModalRef);

  protected readonly hubs = hubsOf(this.wish.variant);
  /** Null: the controller's primary hub. */
  protected readonly hub = signal<Hub | null>(null);
  protected readonly name = signal('');
  protected readonly preview = signal<DownloadPreview | null>(null);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly busy = signal(false);
  protected readonly contextLabel = contextLabel;
  protected readonly parameterLabel = parameterLabel;
  protected readonly room = computed(() => largestRoom(this.live.nodes()));
  protected readonly warnings = computed(() => {
    const preview = this.preview();
    return preview ? warningsOf(preview, this.room()) : [];
  });
  protected readonly tones = { space: 'bad', gated: 'warn', memory: 'warn', licence: 'idle' } as const;
  protected readonly nameTaken = computed(() => (this.failure()?.field === 'name' ? (this.failure()?.message ?? '') : ''));
  private turn = 0;

  constructor() {
    void this.look();
  }

  protected choose(hub: Hub): void {
    if (hub === this.hub()) return;
    this.hub.set(hub);
    void this.look();
  }

  protected async look(): Promise<void> {
    const turn = ++this.turn;
    this.failure.set(null);
    this.preview.set(null);
    try {
      const preview = await this.api.post('/downloads/preview', { body: this.body(), deadlineMs: askingDeadlineMs });
      if (turn !== this.turn) return;
      this.preview.set(preview);
      this.hub.set(preview.hub);
    } catch (thrown) {
      if (turn === this.turn) this.failure.set(asHubRefusal(ApiFailure.from(thrown)));
    }
  }

  protected async start(): Promise<void> {
    if (this.busy() || !this.preview()) return;
    this.busy.set(true);
    this.failure.set(null);
    try {
      const { download } = await this.api.post('/downloads', { body: { ...this.body(), ...(this.name().trim() ? { name: this.name().trim() } : {}) }, deadlineMs: askingDeadlineMs });
      this.messages.success(this.words.translate('models.downloadDialog.started', { name: download.name }));
      this.dialog.close(download);
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.busy.set(false);
    }
  }

  private body() {
    const hub = this.hub();
    return { variantId: this.wish.variant.id, ...(hub ? { hub } : {}) };
  }
}
