import { Component, computed, inject, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzCheckboxModule } from 'ng-zorro-antd/checkbox';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NzRadioModule } from 'ng-zorro-antd/radio';
import { NzSelectModule } from 'ng-zorro-antd/select';
import { NzTooltipModule } from 'ng-zorro-antd/tooltip';
import { LiveStore } from '../../api';
import { BytesPipe, formatBytes } from '../../ui-kit';
import { SaidPipe } from '../../wording';
import { withMode, type Mode } from './deploy-draft';
import { DeployStore } from './deploy-store';
import { FieldNotes } from './field-notes';
import { commonInterfaces } from './network-interfaces';
import { placeChips, withCard, withNode, type CardRow, type NodeRow } from './node-tree';
import { cardWords, rejectionWords } from './plan-words';

/** In which mode, on which nodes and cards; all of it may stay with the plan. */
@Component({
  selector: 'os-choose-place',
  imports: [FormsModule, TranslocoDirective, NzCheckboxModule, NzIconModule, NzInputModule, NzRadioModule, NzSelectModule, NzTooltipModule, BytesPipe, FieldNotes, SaidPipe],
  templateUrl: './choose-place.html',
  styleUrls: ['./field.scss', './choose-place.scss'],
})
export class ChoosePlace {
  protected readonly store = inject(DeployStore);
  private readonly live = inject(LiveStore);

  protected readonly rejectionWords = rejectionWords;
  protected readonly cardWords = cardWords;
  protected readonly find = signal('');
  protected readonly shown = computed(() => {
    const words = this.find().trim().toLowerCase();
    return this.store.tree().filter(({ option: { node }, checked }) => words === '' || checked || node.name.toLowerCase().includes(words) || node.gpus.some(({ name }) => name.toLowerCase().includes(words)));
  });
  protected readonly chips = computed(() => placeChips(this.store.draft(), this.live.nodes()));
  protected readonly interfaces = computed(() => {
    const { nodeIds } = this.store.draft();
    return commonInterfaces(this.live.nodes().filter((node) => (nodeIds.length > 0 ? nodeIds.includes(node.id) : node.gpus.length > 0)));
  });

  protected cardsOf({ option: { node } }: NodeRow): readonly { readonly name: string; readonly count: number }[] {
    const counts = new Map<string, number>();
    for (const { name } of node.gpus) counts.set(name, (counts.get(name) ?? 0) + 1);
    return [...counts].map(([name, count]) => ({ name, count }));
  }

  protected freeOf({ gpu }: CardRow): string {
    return gpu.memoryUsedBytes === null ? formatBytes(gpu.memoryBytes) : `${formatBytes(Math.max(0, gpu.memoryBytes - gpu.memoryUsedBytes))} / ${formatBytes(gpu.memoryBytes)}`;
  }

  protected chooseMode(mode: Mode | 'auto'): void {
    const wanted = mode === 'auto' ? null : mode;
    this.store.update(withMode(this.store.draft(), wanted, this.store.eligible(wanted)));
  }

  protected pickNode({ option }: NodeRow, on: boolean): void {
    this.store.update(withNode(this.store.draft(), option.node.id, on));
  }

  protected pickCard({ option }: NodeRow, { gpu }: CardRow, on: boolean): void {
    this.store.update(withCard(this.store.draft(), option.node, gpu.uuid, on));
  }
}
