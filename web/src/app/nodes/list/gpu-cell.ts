import { Component, computed, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzTooltipModule } from 'ng-zorro-antd/tooltip';
import type { Node } from '../../api';
import { gpuGroups } from './gpu-groups';

/** The cards of a node by kind; a CPU node says so, a node whose cards could not be read says why. */
@Component({
  selector: 'os-gpu-cell',
  imports: [TranslocoDirective, NzTooltipModule],
  template: `
    <ng-container *transloco="let t">
      @for (group of groups(); track group.label) {
        <div class="group"><span class="label" [title]="group.label">{{ group.label }}</span> <span class="muted nowrap">×{{ group.count }}</span></div>
      } @empty {
        @if (node().inventory?.gpuError; as problem) {
          <span class="bad" nz-tooltip [nzTooltipTitle]="problem">{{ t('nodes.gpu.unreadable') }}</span>
        } @else if (node().inventory) {
          <span class="muted">{{ t('nodes.gpu.none') }}</span>
        } @else {
          <span class="unknown" nz-tooltip [nzTooltipTitle]="t('nodes.unknown.joining')">–</span>
        }
      }
      @if (held() > 0) {<span class="held">{{ t('nodes.gpu.held', { count: held() }) }}</span>}
    </ng-container>
  `,
  styles: `
    .group { line-height: 18px; }
    .label { overflow-wrap: anywhere; }
    .bad { color: var(--os-bad-text); cursor: help; border-bottom: 1px dotted currentColor; }
    .held { font-size: 12px; color: var(--os-warn-text); }
  `,
})
export class GpuCell {
  readonly node = input.required<Node>();
  protected readonly groups = computed(() => gpuGroups(this.node().gpus));
  /** Cards that take nothing new. */
  protected readonly held = computed(() => this.node().gpus.filter(({ quarantine }) => quarantine !== null).length);
}
