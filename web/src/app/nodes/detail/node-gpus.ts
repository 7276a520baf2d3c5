import { Component, computed, inject, signal } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Api, ApiFailure, LiveStore, type Gpu } from '../../api';
import { ConfirmDialog, Dialogs, EmptyState, ErrorState } from '../../ui-kit';
import { whyUnknown } from '../node-state';
import { GpuCard } from './gpu-card';
import { NodeContext } from './node-context';
import { QuarantineDialog } from './quarantine-dialog';

/** Every card of the node. */
@Component({
  selector: 'os-node-gpus',
  imports: [TranslocoDirective, EmptyState, ErrorState, GpuCard],
  template: `
    <ng-container *transloco="let t">
      @if (failure(); as failed) {<os-error class="failure" [failure]="failed" (retry)="failure.set(null)" />}
      @if (context.node(); as node) {
        <div class="cards">
          @for (gpu of node.gpus; track gpu.uuid) {
            <os-gpu-card [gpu]="gpu" [why]="why(node)" [mayChange]="context.mayChange()" [serviceOf]="serviceOf()" (quarantine)="quarantine(gpu)" (release)="release(gpu)" />
          } @empty {<div class="card wide"><os-empty icon="hdd" [text]="t('nodes.gpu.noneHere')" /></div>}
        </div>
      }
    </ng-container>
  `,
  styles: `.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); gap: 16px; } .wide { grid-column: 1 / -1; } .failure { margin-bottom: 16px; }`,
})
export class NodeGpus {
  private readonly api = inject(Api);
  private readonly live = inject(LiveStore);
  private readonly dialogs = inject(Dialogs);
  private readonly confirmation = inject(ConfirmDialog);
  private readonly words = inject(TranslocoService);
  protected readonly context = inject(NodeContext);

  protected readonly why = whyUnknown;
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly serviceOf = computed(() => new Map(this.context.instances().map(({ instance, service }) => [instance.id, service.name])));

  protected async quarantine(gpu: Gpu): Promise<void> {
    const reason = await this.dialogs.open<string>(QuarantineDialog, gpu, 480);
    if (reason !== undefined) await this.attempt(() => this.api.post('/nodes/{id}/gpus/quarantine', { params: { id: this.context.id() }, body: { uuid: gpu.uuid, reason } }));
  }

  protected async release(gpu: Gpu): Promise<void> {
    const say = (key: string) => this.words.translate(`nodes.gpu.${key}`, { index: gpu.index });
    const agreed = await this.confirmation.confirm({ title: say('releaseTitle'), body: say('releaseText'), ...(gpu.quarantine?.reason ? { consequences: [gpu.quarantine.reason] } : {}), action: say('release') });
    if (agreed) await this.attempt(() => this.api.post('/nodes/{id}/gpus/release', { params: { id: this.context.id() }, body: { uuid: gpu.uuid } }));
  }

  private async attempt(act: () => Promise<unknown>): Promise<void> {
    this.failure.set(null);
    try {
      await act();
      await this.live.refresh();
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    }
  }
}
