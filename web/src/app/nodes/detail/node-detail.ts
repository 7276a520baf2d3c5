import { Component, computed, effect, inject, input, untracked } from '@angular/core';
import { Router, RouterLink, RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { LiveStore } from '../../api';
import { isOpen, OperationLogDrawer, OperationProgress } from '../../operations';
import { EmptyState, MoreMenu, PageHeader, PageTabs, RelativeTime, Skeleton, StateTag, type MenuEntry, type PageTab } from '../../ui-kit';
import { OperationTitlePipe } from '../../wording';
import { NodeActions } from '../node-actions';
import { nodeDeeds, offer } from '../node-deeds';
import { availabilityTone, nodeTone, shownState } from '../node-state';
import { NodeContext } from './node-context';

/** `/nodes/:id`: how the node is, what can be done with it, and tabs with their addresses. */
@Component({
  selector: 'os-node-detail',
  imports: [RouterLink, RouterOutlet, TranslocoDirective, NzButtonModule, NzIconModule, EmptyState, MoreMenu, OperationLogDrawer, OperationProgress, OperationTitlePipe, PageHeader, PageTabs, RelativeTime, Skeleton, StateTag],
  providers: [NodeContext],
  templateUrl: './node-detail.html',
  styleUrl: './node-detail.scss',
  host: { class: 'page' },
})
export class NodeDetail {
  private readonly router = inject(Router);
  private readonly actions = inject(NodeActions);
  protected readonly live = inject(LiveStore);
  protected readonly context = inject(NodeContext);

  /** From the route. */
  readonly id = input.required<string>();

  protected readonly tones = nodeTone;
  protected readonly availability = availabilityTone;
  protected readonly shown = shownState;
  private readonly tabKeys = computed(() => {
    const node = this.context.node();
    const added = this.context.operations().some(({ kind }) => kind === 'add-node') || node?.operation?.kind === 'add-node';
    const rest = ['overview', 'charts', ...(node && node.gpus.length > 0 ? ['gpus'] : []), 'workloads', 'events', 'sessions', 'inventory'];
    return node?.state === 'joining' ? ['setup', 'overview', 'events'] : [...rest, ...(added ? ['setup'] : [])];
  });
  /** What goes on with it now; adding has a tab of its own. */
  protected readonly job = computed(() => {
    const job = this.context.node()?.operation ?? null;
    return job && isOpen(job) && job.kind !== 'add-node' ? job : null;
  });

  constructor() {
    effect(() => {
      const id = this.id();
      untracked(() => {
        this.context.id.set(id);
        this.context.logOf.set(null);
      });
    });
  }

  protected tabs(id: string, t: (key: string) => string): readonly PageTab[] {
    return this.tabKeys().map((key) => ({ key, label: t(`nodes.tabs.${key}`), link: ['/nodes', id, key] }));
  }

  protected entries(translate: (key: string) => string): readonly MenuEntry[] {
    const node = this.context.node();
    if (!node) return [];
    return nodeDeeds.flatMap((deed) => {
      const refusal = offer(node, deed);
      return refusal === null ? [] : [{ key: deed, label: translate(`nodes.deed.${deed}`), danger: deed === 'remove', refusal: refusal && translate(refusal) }];
    });
  }

  protected async pick(key: string): Promise<void> {
    const [node, deed] = [this.context.node(), nodeDeeds.find((each) => each === key)];
    if (node && deed && (await this.actions.perform(deed, node))) await this.router.navigateByUrl('/nodes');
  }
}
