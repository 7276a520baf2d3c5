import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { BytesPipe, CopyText, Detail, DetailList, NumberPipe, RelativeTime, UsageCell } from '../../ui-kit';
import { gpuGroups } from '../list/gpu-groups';
import { whyUnknown } from '../node-state';
import { NodeContext } from './node-context';
import { NodeInstances } from './node-instances';

/** How the node is right now, in numbers; what it is; and the services on it. */
@Component({
  selector: 'os-node-overview',
  imports: [RouterLink, TranslocoDirective, NzIconModule, BytesPipe, CopyText, Detail, DetailList, NodeInstances, NumberPipe, RelativeTime, UsageCell],
  templateUrl: './node-overview.html',
  styleUrl: './node-overview.scss',
  host: { class: 'stack' },
})
export class NodeOverview {
  protected readonly context = inject(NodeContext);
  protected readonly why = whyUnknown;
  protected readonly groups = computed(() => gpuGroups(this.context.node()?.gpus ?? []));
  /** Memory of all cards together; null when any of them does not tell. */
  protected readonly gpuMemory = computed(() => {
    const gpus = this.context.node()?.gpus ?? [];
    const used = gpus.map(({ memoryUsedBytes }) => memoryUsedBytes);
    return { total: gpus.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0), used: used.every((bytes) => bytes !== null) ? used.reduce((sum, bytes) => sum + bytes, 0) : null };
  });
  protected readonly held = computed(() => (this.context.node()?.gpus ?? []).filter(({ quarantine }) => quarantine !== null).length);

  protected percent(ratio: number | null | undefined): number | null {
    return ratio === null || ratio === undefined ? null : Math.round(ratio * 100);
  }
}
