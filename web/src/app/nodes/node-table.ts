import { Component, computed, inject, input, output } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzTableModule } from 'ng-zorro-antd/table';
import { NzTooltipModule } from 'ng-zorro-antd/tooltip';
import type { Node, Operation } from '../api';
import { CopyText, NumberPipe, ProgressLine, RelativeTime, StateTag, UsageCell } from '../ui-kit';
import { WordPipe } from '../wording';
import { GpuCell } from './gpu-cell';
import { nodeTone, whyUnknown } from './node-state';

/** The guide's node table. Whole rows open the node; a modified click opens it in a new tab. */
@Component({
  selector: 'os-node-table',
  imports: [RouterLink, TranslocoDirective, NzButtonModule, NzIconModule, NzTableModule, NzTooltipModule, CopyText, GpuCell, NumberPipe, ProgressLine, RelativeTime, StateTag, UsageCell, WordPipe],
  templateUrl: './node-table.html',
  styles: `
    :host ::ng-deep .ant-table-cell { padding-left: 7px !important; padding-right: 7px !important; }
    :host ::ng-deep .ant-table-cell:first-child { padding-left: 16px !important; }
    :host ::ng-deep .cores { padding-right: 28px !important; }
    .name { display: block; max-width: 132px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 500; color: var(--os-text); }
    os-gpu-cell { display: block; min-width: 118px; max-width: 150px; }
    .badge { padding: 0 6px; border-radius: 4px; background: var(--os-sunken); border: 1px solid var(--os-line-soft); color: var(--os-text-2); font-size: 11px; line-height: 18px; display: inline-block; }
    .since { display: block; font-size: 12px; color: var(--os-text-3); padding-left: 20px; }
    .services a { display: block; max-width: 112px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  `,
})
export class NodeTable {
  private readonly router = inject(Router);

  readonly nodes = input.required<readonly Node[]>();
  readonly operations = input<readonly Operation[]>([]);
  readonly mayChange = input(false);
  /** Off where the page has no place to show a log. */
  readonly logs = input(true);
  readonly remove = output<Node>();
  readonly openLog = output<Operation>();

  protected readonly tones = nodeTone;
  protected readonly why = whyUnknown;
  /** The newest operation that added each node. */
  protected readonly joins = computed(() => new Map(this.operations().filter(({ kind }) => kind === 'add-node').toReversed().map((operation) => [operation.subjectId, operation])));
  protected readonly rows = computed(() => this.nodes().filter(({ state }) => state !== 'removed'));

  protected async openNode(event: MouseEvent, { id }: Node): Promise<void> {
    if ((event.target as Element).closest('a, button, os-copy')) return;
    const path = `/nodes/${id}`;
    if (event.ctrlKey || event.metaKey) window.open(path, '_blank', 'noopener');
    else await this.router.navigateByUrl(path);
  }
}
