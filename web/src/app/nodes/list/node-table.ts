import { Component, computed, inject, input, output } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzCheckboxModule } from 'ng-zorro-antd/checkbox';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzTableModule } from 'ng-zorro-antd/table';
import { NzTooltipModule } from 'ng-zorro-antd/tooltip';
import type { Node, Operation } from '../../api';
import { OperationProgress, isOpen } from '../../operations';
import { CopyText, MoreMenu, NumberPipe, RelativeTime, SortHead, StateTag, UsageCell, type MenuEntry, type SortDirection } from '../../ui-kit';
import { WordPipe } from '../../wording';
import { GpuCell } from './gpu-cell';
import { nodeDeeds, offer, type NodeDeed } from '../node-deeds';
import type { NodeOrder, SortKey } from './node-filter';
import { availabilityTone, shownState, whyUnknown } from '../node-state';

/** The guide's node table. Whole rows open the node; a modified click opens it in a new tab. */
@Component({
  selector: 'os-node-table',
  imports: [
    FormsModule, RouterLink, TranslocoDirective, NzButtonModule, NzCheckboxModule, NzIconModule, NzTableModule, NzTooltipModule,
    CopyText, GpuCell, MoreMenu, NumberPipe, OperationProgress, RelativeTime, SortHead, StateTag, UsageCell, WordPipe,
  ],
  templateUrl: './node-table.html',
  styleUrl: './node-table.scss',
})
export class NodeTable {
  private readonly router = inject(Router);

  readonly nodes = input.required<readonly Node[]>();
  readonly operations = input<readonly Operation[]>([]);
  readonly mayChange = input(false);
  /** Off where the page has no place to show a log. */
  readonly logs = input(true);
  /** Null where the order is not for the reader to choose. */
  readonly order = input<NodeOrder | null>(null);
  readonly sortable = input(false);
  /** Ids that are ticked; null where nothing can be. */
  readonly selected = input<ReadonlySet<string> | null>(null);
  readonly selectedChange = output<ReadonlySet<string>>();
  readonly sort = output<SortKey>();
  readonly act = output<{ readonly deed: NodeDeed; readonly node: Node }>();
  readonly openLog = output<Operation>();

  protected readonly shown = shownState;
  protected readonly availability = availabilityTone;
  protected readonly why = whyUnknown;
  protected readonly isOpen = isOpen;
  /** The newest operation that added each node, for those that do not carry their own. */
  private readonly joins = computed(() => new Map(this.operations().filter(({ kind }) => kind === 'add-node').toReversed().map((operation) => [operation.subjectId, operation])));
  protected readonly rows = computed(() => this.nodes().filter(({ state }) => state !== 'removed'));
  protected readonly all = computed(() => this.rows().length > 0 && this.rows().every(({ id }) => this.selected()?.has(id)));
  protected readonly some = computed(() => !this.all() && this.rows().some(({ id }) => this.selected()?.has(id)));

  protected job(node: Node): Operation | null {
    return node.operation ?? this.joins().get(node.id) ?? null;
  }

  protected direction(key: SortKey): SortDirection {
    const order = this.order();
    return order?.key === key ? (order.down ? 'down' : 'up') : null;
  }

  protected tick(ids: readonly string[], on: boolean): void {
    const selected = new Set(this.selected());
    for (const id of ids) {
      if (on) selected.add(id);
      else selected.delete(id);
    }
    this.selectedChange.emit(selected);
  }

  protected tickAll(on: boolean): void {
    this.tick(this.rows().map(({ id }) => id), on);
  }

  protected deeds(node: Node, translate: (key: string) => string): readonly MenuEntry[] {
    return nodeDeeds.flatMap((deed) => {
      const refusal = offer(node, deed);
      return refusal === null || deed === 'remove' ? [] : [{ key: deed, label: translate(`nodes.deed.${deed}`), refusal: refusal && translate(refusal) }];
    });
  }

  protected pick(key: string, node: Node): void {
    const deed = nodeDeeds.find((each) => each === key);
    if (deed) this.act.emit({ deed, node });
  }

  protected async openNode(event: MouseEvent, { id }: Node): Promise<void> {
    if ((event.target as Element).closest('a, button, label, os-copy')) return;
    const path = `/nodes/${id}`;
    if (event.ctrlKey || event.metaKey) window.open(path, '_blank', 'noopener');
    else await this.router.navigateByUrl(path);
  }
}
