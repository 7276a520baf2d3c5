import { Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzTooltipModule } from 'ng-zorro-antd/tooltip';
import type { Gpu, Node } from '../api';
import { Language } from '../i18n';
import { formatBytes, formatNumber } from '../ui-kit';

/** One cell a card, one row a node; the deeper the colour, the fuller the memory. */
@Component({
  selector: 'os-gpu-map',
  imports: [RouterLink, TranslocoDirective, NzTooltipModule],
  template: `
    <ng-container *transloco="let t">
      @for (node of rows(); track node.id) {
        <div class="row">
          <a [routerLink]="['/nodes', node.id]" class="name ellipsis" [title]="node.name">{{ node.name }}</a>
          <div class="cells">
            @for (gpu of node.gpus; track gpu.uuid) {
              <a class="cell" [class.silent]="node.state === 'unreachable'" [routerLink]="['/nodes', node.id]" nz-tooltip [nzTooltipTitle]="words(node, gpu, t)" [attr.aria-label]="words(node, gpu, t)" [style.--fill]="fill(gpu)"><span>{{ fill(gpu) === null ? '–' : fill(gpu) + '%' }}</span></a>
            }
          </div>
        </div>
      }
    </ng-container>
  `,
  styles: `
    :host { display: grid; gap: 6px; }
    .row { display: grid; grid-template-columns: 132px 1fr; gap: 12px; align-items: center; }
    .name { color: var(--os-text-2); font-size: 12px; }
    .cells { display: flex; flex-wrap: wrap; gap: 4px; }
    .cell { display: grid; place-items: center; width: 44px; height: 26px; border-radius: 4px; font-size: 11px; font-variant-numeric: tabular-nums; text-decoration: none; color: var(--os-text); background: color-mix(in srgb, var(--os-chart-1) calc(min(var(--fill, 0), 100) * 0.44% + 8%), var(--os-surface)); }
    .cell:hover { outline: 2px solid var(--os-brand); color: var(--os-text); }
    .cell.silent { background: repeating-linear-gradient(45deg, var(--os-sunken) 0 4px, var(--os-hover) 4px 8px); color: var(--os-text-3); }
  `,
})
export class GpuMap {
  private readonly language = inject(Language);
  readonly nodes = input.required<readonly Node[]>();
  protected readonly rows = computed(() => this.nodes().filter(({ gpus }) => gpus.length > 0));

  protected fill({ memoryUsedBytes, memoryBytes }: Gpu): number | null {
    return memoryUsedBytes === null ? null : Math.round((memoryUsedBytes / memoryBytes) * 100);
  }

  protected words(node: Node, gpu: Gpu, translate: (key: string) => string): string {
    const percent = (ratio: number | null) => (ratio === null ? '–' : `${formatNumber(ratio * 100, 0, this.language.current())}%`);
    const facts = [
      `GPU ${gpu.index} · ${gpu.name}`,
      `${translate('home.gpu.memory')} ${formatBytes(gpu.memoryUsedBytes)} / ${formatBytes(gpu.memoryBytes)}`,
      `${translate('home.gpu.utilisation')} ${percent(gpu.utilisationRatio)}`,
      gpu.temperatureCelsius === null ? '' : `${Math.round(gpu.temperatureCelsius)} °C`,
      node.services.length > 0 ? `${translate('home.gpu.onNode')} ${node.services.map(({ name }) => name).join(', ')}` : '',
    ];
    return facts.filter(Boolean).join(' · ');
  }
}
