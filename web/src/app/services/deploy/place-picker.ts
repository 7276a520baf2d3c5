import { Component, computed, inject, input, output, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzCheckboxModule } from 'ng-zorro-antd/checkbox';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputModule } from 'ng-zorro-antd/input';
import { LiveStore, type Plan } from '../../api';
import { BytesPipe, formatBytes } from '../../ui-kit';
import { SaidPipe } from '../../wording';
import { nodeTree, placeChips, withCard, withNode, type CardRow, type NodeRow, type Place } from './node-tree';
import { nodeOptions } from './placement-options';
import { cardWords, rejectionWords } from './plan-words';

/** Nodes and their cards to tick, each with what the plan says of it; nothing ticked leaves the choice to the plan. */
@Component({
  selector: 'os-place-picker',
  imports: [FormsModule, RouterLink, TranslocoDirective, NzCheckboxModule, NzIconModule, NzInputModule, BytesPipe, SaidPipe],
  templateUrl: './place-picker.html',
  styleUrls: ['./field.scss', './place-picker.scss'],
})
export class PlacePicker {
  private readonly live = inject(LiveStore);

  readonly place = input.required<Place>();
  readonly plan = input.required<Plan | null>();
  readonly placed = output<Place>();

  protected readonly rejectionWords = rejectionWords;
  protected readonly cardWords = cardWords;
  protected readonly find = signal('');
  protected readonly tree = computed(() => nodeTree(nodeOptions(this.live.nodes(), this.place().mode), this.place(), this.plan()));
  protected readonly shown = computed(() => {
    const words = this.find().trim().toLowerCase();
    return this.tree().filter(({ option: { node }, checked }) => words === '' || checked || node.name.toLowerCase().includes(words) || node.gpus.some(({ name }) => name.toLowerCase().includes(words)));
  });
  protected readonly noneConnected = computed(() => this.tree().length > 0 && this.tree().every(({ option }) => option.node.state !== 'healthy'));
  protected readonly chips = computed(() => placeChips(this.place(), this.live.nodes()));

  protected cardsOf({ option: { node } }: NodeRow): readonly { readonly name: string; readonly count: number }[] {
    const counts = new Map<string, number>();
    for (const { name } of node.gpus) counts.set(name, (counts.get(name) ?? 0) + 1);
    return [...counts].map(([name, count]) => ({ name, count }));
  }

  protected freeOf({ gpu }: CardRow): string {
    return gpu.memoryUsedBytes === null ? formatBytes(gpu.memoryBytes) : `${formatBytes(Math.max(0, gpu.memoryBytes - gpu.memoryUsedBytes))} / ${formatBytes(gpu.memoryBytes)}`;
  }

  protected pickNode({ option }: NodeRow, on: boolean): void {
    this.pick(withNode(this.place(), option.node.id, on));
  }

  protected pickCard({ option }: NodeRow, { gpu }: CardRow, on: boolean): void {
    this.pick(withCard(this.place(), option.node, gpu.uuid, on));
  }

  /** Only what it is about, whatever else the object holds that it was given. */
  private pick({ mode, nodeIds, cards }: Place): void {
    this.placed.emit({ mode, nodeIds, cards });
  }
}
