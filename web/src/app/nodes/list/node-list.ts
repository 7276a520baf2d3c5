import { Component, computed, inject, input, linkedSignal, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NzPaginationModule } from 'ng-zorro-antd/pagination';
import { NzSelectModule } from 'ng-zorro-antd/select';
import { LiveStore, Session, type Node, type Operation } from '../../api';
import { OperationLogDrawer } from '../../operations';
import { EmptyState, PageHeader, Skeleton } from '../../ui-kit';
import { AddNode } from '../add/add-node';
import { NodeActions } from '../node-actions';
import { bulkDeeds, fit, type BulkDeed, type NodeDeed } from '../node-deeds';
import { UpgradeBanner } from '../upgrade/upgrade-banner';
import { filterNodes, nextOrder, orderOf, sortNodes, stateFilters, type SortKey } from './node-filter';
import { NodeTable } from './node-table';

const pageSizes = [20, 50, 100, 200];

/** All nodes with what they are, what they carry and how they are. What is filtered and sorted by stands in the address. */
@Component({
  selector: 'os-node-list',
  imports: [
    FormsModule, TranslocoDirective, NzButtonModule, NzIconModule, NzInputModule, NzPaginationModule, NzSelectModule,
    AddNode, EmptyState, NodeTable, OperationLogDrawer, PageHeader, Skeleton, UpgradeBanner,
  ],
  templateUrl: './node-list.html',
  styleUrl: './node-list.scss',
})
export class NodeList {
  private readonly session = inject(Session);
  private readonly router = inject(Router);
  private readonly actions = inject(NodeActions);
  protected readonly live = inject(LiveStore);

  // Query parameters.
  readonly q = input<string>();
  readonly state = input<string>();
  readonly type = input<string>();
  readonly sort = input<string>();
  readonly add = input<string>();

  protected readonly stateFilters = stateFilters;
  protected readonly pageSizes = pageSizes;
  protected readonly bulkDeeds = bulkDeeds;
  protected readonly none: ReadonlySet<string> = new Set();
  protected readonly mayChange = computed(() => this.session.can('nodes.write'));
  protected readonly adding = linkedSignal(() => this.add() !== undefined && this.mayChange());
  protected readonly logOf = signal<Operation | null>(null);
  protected readonly ticked = signal<ReadonlySet<string>>(new Set());

  protected readonly filter = computed(() => ({
    text: this.q() ?? '', state: stateFilters.find((each) => each === this.state()) ?? null, type: this.type() === 'gpu' || this.type() === 'cpu' ? (this.type() as 'gpu' | 'cpu') : null,
  }));
  protected readonly order = computed(() => orderOf(this.sort()));
  protected readonly filtered = computed(() => this.filter().text !== '' || this.filter().state !== null || this.filter().type !== null);
  protected readonly found = computed(() => sortNodes(filterNodes(this.live.nodes(), this.filter()), this.order()));
  protected readonly pageSize = signal(50);
  /** The first page again whenever something else is looked for. */
  protected readonly page = linkedSignal<unknown, number>({ source: () => [this.filter(), this.order(), this.pageSize()], computation: () => 1, equal: Object.is });
  protected readonly shownPage = computed(() => Math.min(this.page(), Math.max(1, Math.ceil(this.found().length / this.pageSize()))));
  protected readonly rows = computed(() => this.found().slice((this.shownPage() - 1) * this.pageSize(), this.shownPage() * this.pageSize()));
  protected readonly selected = computed(() => this.live.nodes().filter(({ id, state }) => state !== 'removed' && this.ticked().has(id)));
  protected readonly counts = computed(() => {
    const nodes = this.live.nodes().filter(({ state }) => state !== 'removed');
    return { count: nodes.length, healthy: nodes.filter(({ state }) => state === 'healthy').length, gpus: nodes.reduce((sum, { gpus }) => sum + gpus.length, 0) };
  });

  protected async set(name: 'q' | 'state' | 'type' | 'sort', value: string | null): Promise<void> {
    await this.router.navigate([], { queryParams: { [name]: value === '' ? null : value }, queryParamsHandling: 'merge', replaceUrl: true });
  }

  protected async clear(): Promise<void> {
    await this.router.navigate([], { queryParams: { q: null, state: null, type: null }, queryParamsHandling: 'merge', replaceUrl: true });
  }

  protected async sortBy(key: SortKey): Promise<void> {
    await this.set('sort', nextOrder(this.order(), key));
  }

  protected fitCount(deed: BulkDeed): number {
    return fit(this.selected(), deed).length;
  }

  protected async bulk(deed: BulkDeed): Promise<void> {
    await this.actions.performAll(deed, this.selected());
  }

  protected perform({ deed, node }: { readonly deed: NodeDeed; readonly node: Node }): void {
    void this.actions.perform(deed, node);
  }

  protected async closeAdd(open: boolean): Promise<void> {
    this.adding.set(open);
    if (!open && this.add() !== undefined) await this.router.navigate([], { queryParams: { add: null }, queryParamsHandling: 'merge', replaceUrl: true });
  }
}
