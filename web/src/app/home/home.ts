import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { LiveStore, Session, type Overview } from '../api';
import { Language } from '../i18n';
import { NodeTable } from '../nodes';
import { EmptyState, PageHeader, Skeleton, formatBytes, formatDuration, formatNumber, type Tone } from '../ui-kit';
import { foremost } from './foremost';
import { GpuMap } from './gpu-map';
import { ServiceSummary } from './service-summary';
import { Tile } from './tile';
import { Traffic } from './traffic';

/** The cluster at a glance: numbers, cards, traffic, services and nodes. */
@Component({
  selector: 'os-home',
  imports: [RouterLink, TranslocoDirective, NzButtonModule, NzIconModule, EmptyState, GpuMap, NodeTable, PageHeader, ServiceSummary, Skeleton, Tile, Traffic],
  templateUrl: './home.html',
  styleUrl: './home.scss',
})
export class Home {
  private readonly language = inject(Language);
  private readonly session = inject(Session);
  protected readonly live = inject(LiveStore);

  protected readonly mayDeploy = computed(() => this.session.can('services.write'));
  protected readonly mayAdd = computed(() => this.session.can('nodes.write'));
  protected readonly shown = computed(() => foremost(this.live.nodes()));
  protected readonly mapped = computed(() => foremost(this.gpuNodes()));
  protected readonly gpuNodes = computed(() => this.live.nodes().filter(({ gpus }) => gpus.length > 0));
  protected readonly bytes = formatBytes;

  protected nodeTone({ nodes }: Overview): Tone {
    return nodes.unreachable > 0 ? 'bad' : nodes.suspect > 0 ? 'warn' : 'ok';
  }

  protected serviceTone({ services }: Overview): Tone {
    if (services.failed > 0) return 'bad';
    return services.degraded > 0 ? 'warn' : services.deploying > 0 ? 'busy' : 'ok';
  }

  protected memoryPercent({ gpus }: Overview): string {
    return gpus.memoryUsedBytes === null || gpus.memoryBytes === 0 ? '–' : `${Math.round((gpus.memoryUsedBytes / gpus.memoryBytes) * 100)}%`;
  }

  protected rate(value: number): string {
    return formatNumber(value, value > 0 && value < 10 ? 1 : 0, this.language.current());
  }

  protected time(ms: number | null): string {
    return formatDuration(ms, this.language.current());
  }

  /** "1 failed · 2 deploying": only what there is. */
  protected parts(translate: (key: string, values: object) => string, prefix: string, counts: readonly (readonly [string, number])[], none: string): string {
    const said = counts.filter(([, count]) => count > 0).map(([key, count]) => translate(prefix + key, { count }));
    return said.length > 0 ? said.join(' · ') : translate(none, {});
  }
}
