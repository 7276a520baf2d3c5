import { Component, computed, inject, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { Api, ApiFailure, LiveStore, Session, type LogLine, type Operation } from '../api';
import { EmptyState, ErrorState, LogDrawer, PageHeader, Skeleton } from '../ui-kit';
import { AddNode } from './add-node';
import { NodeTable } from './node-table';
import { RemoveNode } from './remove-node';

/** All nodes with what they are, what they carry and how they are. */
@Component({
  selector: 'os-node-list',
  imports: [TranslocoDirective, NzButtonModule, NzIconModule, AddNode, EmptyState, ErrorState, LogDrawer, NodeTable, PageHeader, Skeleton],
  template: `
    <div class="page" *transloco="let t">
      <os-page-header [title]="t('nodes.title')" [subtitle]="t('nodes.subtitle', counts())">
        @if (mayChange()) {<button nz-button nzType="primary" (click)="adding.set(true)"><nz-icon nzType="plus" />{{ t('nodes.add.open') }}</button>}
      </os-page-header>
      <div class="card">
        @if (!live.loaded.nodes()) {<os-skeleton />}
        @else if (live.nodes().length === 0) {
          <os-empty icon="cluster" [text]="t('nodes.empty')">
            @if (mayChange()) {<button nz-button nzType="primary" (click)="adding.set(true)">{{ t('nodes.add.open') }}</button>}
          </os-empty>
        } @else {
          <os-node-table [nodes]="live.nodes()" [operations]="live.operations()" [mayChange]="mayChange()" (remove)="remover.ask($event)" (openLog)="showLog($event)" />
        }
      </div>
      <os-add-node [(open)]="adding" />
      <os-log-drawer [(open)]="logOpen" [title]="logOf()?.title ?? ''" [lines]="lines()" name="node">
        @if (failure(); as failure) {<os-error [failure]="failure" (retry)="showLog(logOf()!)" />}
      </os-log-drawer>
    </div>
  `,
})
export class NodeList {
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  protected readonly live = inject(LiveStore);
  protected readonly remover = inject(RemoveNode);

  protected readonly mayChange = computed(() => this.session.can('nodes.write'));
  protected readonly adding = signal(false);
  protected readonly counts = computed(() => {
    const nodes = this.live.nodes();
    return { count: nodes.length, healthy: nodes.filter(({ state }) => state === 'healthy').length, gpus: nodes.reduce((sum, { gpus }) => sum + gpus.length, 0) };
  });

  protected readonly logOpen = signal(false);
  protected readonly logOf = signal<Operation | null>(null);
  protected readonly lines = signal<readonly LogLine[]>([]);
  protected readonly failure = signal<ApiFailure | null>(null);

  protected async showLog(operation: Operation): Promise<void> {
    this.logOf.set(operation);
    this.lines.set([]);
    this.failure.set(null);
    this.logOpen.set(true);
    try {
      this.lines.set(await this.api.get('/operations/{id}/log', { params: { id: operation.id } }));
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    }
  }
}
