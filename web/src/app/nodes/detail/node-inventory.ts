import { Component, computed, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzTableModule } from 'ng-zorro-antd/table';
import { BytesPipe, CopyText, Detail, DetailList, EmptyState, RelativeTime, StateTag, UsageCell } from '../../ui-kit';
import { whyUnknown } from '../node-state';
import { linkSpeed } from './link-speed';
import { NodeContext } from './node-context';

/** What the server is made of: system, disks, interfaces, drivers and engines. */
@Component({
  selector: 'os-node-inventory',
  imports: [TranslocoDirective, NzTableModule, BytesPipe, CopyText, Detail, DetailList, EmptyState, RelativeTime, StateTag, UsageCell],
  templateUrl: './node-inventory.html',
  styles: `.driver { display: flex; gap: 4px 8px; flex-wrap: wrap; } .none { margin: 0; }`,
  host: { class: 'stack' },
})
export class NodeInventory {
  protected readonly context = inject(NodeContext);
  protected readonly why = whyUnknown;
  protected readonly linkSpeed = linkSpeed;
  private readonly usedByMount = computed(() => new Map((this.context.node()?.metrics?.disks ?? []).map(({ mount, usedBytes }) => [mount, usedBytes])));

  protected used(mount: string): number | null {
    return this.usedByMount().get(mount) ?? null;
  }
}
