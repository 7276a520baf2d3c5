import { Component, DestroyRef, computed, effect, inject, signal, untracked } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzMessageService } from 'ng-zorro-antd/message';
import { NzSelectModule } from 'ng-zorro-antd/select';
import { Api, ApiFailure, LiveStore, type ModelHolder } from '../../api';
import { FailureToast } from '../../refusals';
import { BytesPipe, ConfirmDialog, EmptyState, ErrorState, RelativeTime, Skeleton, StateTag, formatBytes, type Tone } from '../../ui-kit';
import { ModelContext } from './model-context';

const everyMs = 3000;
const tones: Readonly<Record<ModelHolder['state'], Tone>> = { complete: 'ok', 'in-place': 'ok', fetching: 'busy', partial: 'idle', damaged: 'bad' };

/** Nodes that have the model, kept current while somebody looks; bring it to more of them, check it, or free their disks. */
@Component({
  selector: 'os-model-nodes',
  imports: [FormsModule, RouterLink, TranslocoDirective, NzButtonModule, NzIconModule, NzSelectModule, BytesPipe, EmptyState, ErrorState, RelativeTime, Skeleton, StateTag],
  templateUrl: './model-nodes.html',
  styleUrl: './model-nodes.scss',
})
export class ModelNodes {
  private readonly api = inject(Api);
  private readonly refusals = inject(FailureToast);
  private readonly live = inject(LiveStore);
  private readonly confirmation = inject(ConfirmDialog);
  private readonly words = inject(TranslocoService);
  private readonly messages = inject(NzMessageService);
  protected readonly context = inject(ModelContext);

  protected readonly holders = signal<readonly ModelHolder[] | null>(null);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly chosen = signal<readonly string[]>([]);
  protected readonly busy = signal(false);
  protected readonly tones = tones;
  protected readonly ready = computed(() => this.context.model()?.state === 'ready');
  /** Nodes that could be given it. */
  protected readonly without = computed(() => {
    const has = new Set((this.holders() ?? []).filter(({ state }) => state !== 'partial' && state !== 'damaged').map(({ nodeId }) => nodeId));
    return this.live.nodes().filter(({ id, state }) => state === 'healthy' && !has.has(id));
  });

  constructor() {
    const timer = setInterval(() => void this.load(), everyMs);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
    effect(() => {
      this.context.id();
      untracked(() => void this.load());
    });
  }

  protected async load(): Promise<void> {
    const id = this.context.id();
    if (id === '') return;
    try {
      const holders = await this.api.get('/models/{id}/nodes', { params: { id } });
      if (id !== this.context.id()) return;
      this.holders.set(holders);
      this.failure.set(null);
    } catch (thrown) {
      if (id === this.context.id()) this.failure.set(ApiFailure.from(thrown));
    }
  }

  protected async prefetch(): Promise<void> {
    const nodeIds = [...this.chosen()];
    if (nodeIds.length === 0) return;
    if (await this.ask(() => this.api.post('/models/{id}/prefetch', { params: { id: this.context.id() }, body: { nodeIds } }), 'prefetched')) this.chosen.set([]);
  }

  protected async verify(nodeIds: string[], library: boolean): Promise<void> {
    await this.ask(() => this.api.post('/models/{id}/verify', { params: { id: this.context.id() }, body: { library, nodeIds } }), 'verifying');
  }

  protected async evict(holder: ModelHolder): Promise<void> {
    const say = (key: string) => this.words.translate(`models.holders.${key}`, { node: holder.nodeName, bytes: formatBytes(holder.bytes) });
    if (!(await this.confirmation.confirm({ title: say('evictTitle'), consequences: [say('evictFrees'), say('evictAgain')], danger: true, action: say('evict') }))) return;
    await this.ask(() => this.api.delete('/models/{id}/nodes/{nodeId}', { params: { id: this.context.id(), nodeId: holder.nodeId } }), 'evicted');
  }

  private async ask(act: () => Promise<unknown>, done: string): Promise<boolean> {
    if (this.busy()) return false;
    this.busy.set(true);
    try {
      await act();
      this.messages.success(this.words.translate(`models.holders.${done}`));
      return true;
    } catch (thrown) {
      this.refusals.show(thrown);
      return false;
    } finally {
      this.busy.set(false);
      await this.load();
    }
  }
}
