import { Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { Router, RouterLink, RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { LiveStore, type Service } from '../../api';
import { EmptyState, MoreMenu, PageHeader, PageTabs, ProgressLine, Skeleton, StateTag, type MenuEntry, type PageTab } from '../../ui-kit';
import { DeleteService } from '../delete-service';
import { engineName } from '../engine-names';
import { GatewayAddress } from '../gateway-address';
import { InstanceLog } from '../instance-log';
import { ServiceDeeds } from '../service-deeds';
import { mayRetry, rollout, serviceShown, serviceTone } from '../service-state';
import { AddInstance } from './add-instance';
import { ServiceContext } from './service-context';

/** `/services/:id`: head, tabs with their addresses, and what every tab may open. */
@Component({
  selector: 'os-service-detail',
  imports: [
    RouterLink, RouterOutlet, TranslocoDirective, NzButtonModule, NzIconModule,
    AddInstance, EmptyState, InstanceLog, MoreMenu, PageHeader, PageTabs, ProgressLine, Skeleton, StateTag,
  ],
  providers: [ServiceContext],
  templateUrl: './service-detail.html',
  styles: `
    .back { font-size: 13px; }
    os-page-header { margin-bottom: 4px; }
    .rolling { margin: 0 0 8px; max-width: 420px; }
    .rolling os-progress { max-width: none; }
    .stuck { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 8px; margin: 0 0 8px; font-size: 13px; color: var(--os-warn-text); }
    .stuck nz-icon { color: var(--os-warn); }
  `,
  host: { class: 'page' },
})
export class ServiceDetail {
  protected readonly live = inject(LiveStore);
  protected readonly context = inject(ServiceContext);
  protected readonly deeds = inject(ServiceDeeds);
  private readonly deletion = inject(DeleteService);
  private readonly router = inject(Router);

  /** From the route. */
  readonly id = input.required<string>();

  protected readonly engineName = engineName;
  protected readonly serviceShown = serviceShown;
  protected readonly serviceTone = serviceTone;
  protected readonly change = computed(() => {
    const service = this.context.service();
    return service === null ? null : rollout(service);
  });
  protected readonly adding = signal(false);
  /** The engine log holds prompts of nobody, but paths and settings: for those who may deploy. */
  private readonly tabKeys = computed(() => [
    'overview', 'instances', ...(this.context.maySeeUsage() ? ['calls'] : []), ...(this.context.mayWrite() ? ['logs'] : []), 'parameters', 'scaling', ...(this.context.mayWrite() ? ['plan'] : []), 'events',
  ]);

  constructor() {
    inject(GatewayAddress).load();
    effect(() => {
      const id = this.id();
      untracked(() => {
        this.context.id.set(id);
        this.context.logOf.set(null);
      });
    });
  }

  protected tabs(id: string, t: (key: string) => string): readonly PageTab[] {
    return this.tabKeys().map((key) => ({ key, label: t(`services.detail.tabs.${key}`), link: ['/services', id, key] }));
  }

  protected entries(service: Service, t: (key: string) => string): readonly MenuEntry[] {
    const { state, stopped } = service;
    const going = state === 'deleting' ? { refusal: t('services.state.deleting') } : {};
    return [
      { key: 'edit', label: t('services.deed.edit'), ...going },
      ...(mayRetry(service) ? [{ key: 'retry', label: t('services.deed.retry') }] : []),
      stopped ? { key: 'start', label: t('services.deed.start'), ...going } : { key: 'stop', label: t('services.deed.stop'), ...going },
      { key: 'copy', label: t('services.deed.copy') },
      { key: 'delete', label: t('services.detail.deleteService'), danger: true, ...going },
    ];
  }

  protected async act(key: string, service: Service): Promise<void> {
    if (key === 'edit') await this.deeds.edit({ service });
    else if (key === 'retry') await this.deeds.again(service);
    else if (key === 'stop') await this.deeds.stop(service);
    else if (key === 'start') await this.deeds.start(service);
    else if (key === 'copy') await this.router.navigate(['/services/new'], { queryParams: { like: service.id } });
    else if (await this.deletion.ask(service)) await this.router.navigate(['/services']);
  }
}
