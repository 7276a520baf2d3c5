import { Component, computed, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzTooltipModule } from 'ng-zorro-antd/tooltip';
import type { Node } from '../api';
import { gpuGroups } from './gpu-groups';

/** The cards of a node by kind; a CPU node says so, a node whose cards could not be read says why. */
@Component({
  selector: 'os-gpu-cell',
  imports: [TranslocoDirective, NzTooltipModule],
  template: `
    <ng-container *transloco="let t">
      @for (group of groups(); track group.label) {
        <div>{{ group.label }} <span class="muted nowrap">×{{ group.count }}</span></div>
      } @empty {
        @if (node().inventory?.gpuError; as problem) {
          <span class="bad" nz-tooltip [nzTooltipTitle]="problem">{{ t('nodes.gpu.unreadable') }}</span>
        } @else if (node().inventory) {
          <span class="muted">{{ t('nodes.gpu.none') }}</span>
        } @else {
          <span class="unknown" nz-tooltip [nzTooltipTitle]="t('nodes.unknown.joining')">–</span>
        }
      }
    </ng-container>
  `,
  styles: `.bad { color: var(--os-bad-text); cursor: help; border-bottom: 1px dotted currentColor; }`,
})
export class GpuCell {
  readonly node = input.required<Node>();
  protected readonly groups = computed(() => gpuGroups(this.node().gpus));
}
