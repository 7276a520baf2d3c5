import { Component, computed, inject, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzCheckboxModule } from 'ng-zorro-antd/checkbox';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NzMessageService } from 'ng-zorro-antd/message';
import { NZ_MODAL_DATA, NzModalRef } from 'ng-zorro-antd/modal';
import { TranslocoService } from '@jsverse/transloco';
import { Api, ApiFailure, LiveStore, type Node, type NodeRemovalPreview } from '../../api';
import { BytesPipe, ErrorState, Skeleton, StateTag } from '../../ui-kit';
import { SaidPipe } from '../../wording';
import { instanceTone } from '../node-state';
import { firstOptions, needsName, removalQuery, staysBehind, type RemovalOptions } from './remove-options';

/** Removing a node: what it stops, what is cleaned up on the server, and the name where a service goes down with it. */
@Component({
  selector: 'os-remove-dialog',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzCheckboxModule, NzIconModule, NzInputModule, BytesPipe, ErrorState, SaidPipe, Skeleton, StateTag],
  templateUrl: './remove-dialog.html',
  styles: `
    h3 { margin: 0 0 6px; font-size: 13px; font-weight: 600; }
    section { margin-bottom: 16px; }
    .instances { max-height: 148px; overflow: auto; margin: 0; padding: 0; list-style: none; border: 1px solid var(--os-line-soft); border-radius: 6px; }
    .instances li { display: flex; align-items: center; gap: 12px; padding: 6px 12px; border-bottom: 1px solid var(--os-line-soft); }
    .instances li:last-child { border-bottom: 0; }
    .instances .name { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .last { color: var(--os-bad-text); font-size: 12px; }
    .options { display: flex; flex-direction: column; gap: 8px; align-items: flex-start; }
    .options label { margin: 0; }
    .stays { margin: 8px 0 0; padding-left: 18px; font-size: 13px; color: var(--os-text-2); }
  `,
})
export class RemoveDialog {
  private readonly api = inject(Api);
  private readonly live = inject(LiveStore);
  private readonly words = inject(TranslocoService);
  private readonly messages = inject(NzMessageService);
  protected readonly node = inject<Node>(NZ_MODAL_DATA);
  protected readonly dialog = inject<NzModalRef<RemoveDialog, boolean>>(NzModalRef);

  protected readonly tones = instanceTone as Readonly<Record<string, 'ok' | 'busy' | 'idle' | 'bad'>>;
  protected readonly preview = signal<NodeRemovalPreview | null>(null);
  protected readonly options = signal<RemovalOptions>({ drain: false, removeEngines: true, removeCaches: false, removeAgent: true });
  protected readonly typed = signal('');
  protected readonly busy = signal(false);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly asksName = computed(() => {
    const preview = this.preview();
    return preview !== null && needsName(preview, this.options());
  });
  protected readonly stays = computed(() => {
    const preview = this.preview();
    return preview === null ? [] : staysBehind(preview, this.options());
  });
  protected readonly allowed = computed(() => this.preview() !== null && this.preview()?.refusal === '' && (!this.asksName() || this.typed() === this.node.name));

  constructor() {
    void this.look();
  }

  protected tick(option: keyof RemovalOptions, on: boolean): void {
    this.options.update((options) => ({ ...options, [option]: on }));
  }

  protected async look(): Promise<void> {
    this.failure.set(null);
    try {
      const preview = await this.api.get('/nodes/{id}/removal', { params: { id: this.node.id } });
      this.options.set(firstOptions(preview));
      this.preview.set(preview);
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    }
  }

  protected async remove(): Promise<void> {
    const preview = this.preview();
    if (!preview || !this.allowed() || this.busy()) return;
    this.busy.set(true);
    this.failure.set(null);
    try {
      await this.api.delete('/nodes/{id}', { params: { id: this.node.id }, query: removalQuery(preview, this.options()) });
      this.messages.success(this.words.translate('nodes.remove.begun', { name: this.node.name }));
      await this.live.refresh();
      this.dialog.close(true);
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.busy.set(false);
    }
  }
}
