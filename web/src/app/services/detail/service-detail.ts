import { Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { Router, RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzDropdownModule } from 'ng-zorro-antd/dropdown';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzMenuModule } from 'ng-zorro-antd/menu';
import { LiveStore } from '../../api';
import { EmptyState, PageHeader, Skeleton, StateTag } from '../../ui-kit';
import { DeleteService } from '../delete-service';
import { engineName } from '../engine-names';
import { GatewayAddress } from '../gateway-address';
import { InstanceLog } from '../instance-log';
import { focusFirstItem, pressItem } from '../menu-keys';
import { serviceTone } from '../service-state';
import { AddInstance } from './add-instance';
import { ServiceContext } from './service-context';

/** `/services/:id`: head, tabs with their addresses, and what every tab may open. */
@Component({
  selector: 'os-service-detail',
  imports: [
    RouterLink, RouterLinkActive, RouterOutlet, TranslocoDirective, NzButtonModule, NzDropdownModule, NzIconModule, NzMenuModule,
    AddInstance, EmptyState, InstanceLog, PageHeader, Skeleton, StateTag,
  ],
  providers: [ServiceContext],
  templateUrl: './service-detail.html',
  styles: `
    .back { font-size: 13px; }
    os-page-header { margin-bottom: 4px; }
    .tabs { display: flex; gap: 24px; margin-bottom: 16px; border-bottom: 1px solid var(--os-line-soft); overflow-x: auto; }
    .tabs a { padding: 8px 0 10px; color: var(--os-text-2); white-space: nowrap; border-bottom: 2px solid transparent; margin-bottom: -1px; }
    .tabs a:hover { color: var(--os-brand-text); text-decoration: none; }
    .tabs a.active { color: var(--os-brand-text); font-weight: 500; border-bottom-color: var(--os-brand); }
    .tabs a:focus-visible { outline-offset: -2px; }
  `,
  host: { class: 'page' },
})
export class ServiceDetail {
  protected readonly live = inject(LiveStore);
  protected readonly context = inject(ServiceContext);
  private readonly deletion = inject(DeleteService);
  private readonly router = inject(Router);

  /** From the route. */
  readonly id = input.required<string>();

  protected readonly engineName = engineName;
  protected readonly serviceTone = serviceTone;
  protected readonly focusFirstItem = focusFirstItem;
  protected readonly pressItem = pressItem;
  protected readonly adding = signal(false);
  /** The engine log holds prompts of nobody, but paths and settings: for those who may deploy. */
  protected readonly tabs = computed(() => [
    'overview', 'instances', ...(this.context.maySeeUsage() ? ['calls'] : []), ...(this.context.mayWrite() ? ['logs'] : []), 'parameters',
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

  protected async remove(): Promise<void> {
    const service = this.context.service();
    if (service && (await this.deletion.ask(service))) await this.router.navigate(['/services']);
  }
}
