import { Component, computed, inject, input } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzTableModule } from 'ng-zorro-antd/table';
import { LiveStore, Session } from '../api';
import { BytesPipe, CopyText, Detail, DetailList, EmptyState, NumberPipe, PageHeader, RelativeTime, Skeleton, StateTag, UsageCell } from '../ui-kit';
import { instanceTone, nodeTone, whyUnknown } from './node-state';
import { RemoveNode } from './remove-node';

/** One node: what it is, how it is now, its cards, and the instances on it. */
@Component({
  selector: 'os-node-detail',
  imports: [
    RouterLink, TranslocoDirective, NzButtonModule, NzIconModule, NzTableModule,
    BytesPipe, CopyText, Detail, DetailList, EmptyState, NumberPipe, PageHeader, RelativeTime, Skeleton, StateTag, UsageCell,
  ],
  templateUrl: './node-detail.html',
  styleUrl: './node-detail.scss',
})
export class NodeDetail {
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  private readonly remover = inject(RemoveNode);
  protected readonly live = inject(LiveStore);

  readonly id = input.required<string>();

  protected readonly node = computed(() => this.live.nodes().find(({ id }) => id === this.id()) ?? null);
  protected readonly instances = computed(() =>
    this.live.services().flatMap((service) => service.instances.filter(({ nodeId }) => nodeId === this.id()).map((instance) => ({ instance, service }))),
  );
  protected readonly mayRemove = computed(() => this.session.can('nodes.write') && this.node()?.management === false);
  protected readonly tones = nodeTone;
  protected readonly instanceTones = instanceTone;
  protected readonly why = whyUnknown;

  protected async remove(): Promise<void> {
    const node = this.node();
    if (node && (await this.remover.ask(node))) await this.router.navigateByUrl('/nodes');
  }

  protected percent(ratio: number | null | undefined): number | null {
    return ratio === null || ratio === undefined ? null : Math.round(ratio * 100);
  }
}
