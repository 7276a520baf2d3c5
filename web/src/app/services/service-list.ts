import { Component, computed, inject, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { FormsModule } from '@angular/forms';
import { ActivatedRoute, Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputModule } from 'ng-zorro-antd/input';
import { LiveStore, Session, type Instance, type Service } from '../api';
import { EmptyState, PageHeader, Skeleton } from '../ui-kit';
import { DeleteService } from './delete-service';
import { GatewayAddress } from './gateway-address';
import { InstanceLog } from './instance-log';
import { ServiceCard } from './service-card';
import { ServiceDeeds } from './service-deeds';
import { serviceGroup, serviceGroups } from './service-state';

/** All services as cards, newest first: an order that does not move while states change. */
@Component({
  selector: 'os-service-list',
  imports: [FormsModule, RouterLink, TranslocoDirective, NzButtonModule, NzIconModule, NzInputModule, EmptyState, InstanceLog, PageHeader, ServiceCard, Skeleton],
  templateUrl: './service-list.html',
  host: { class: 'page' },
  styles: `
    .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 16px; }
    .search { width: 280px; max-width: 100%; }
    .chips { display: flex; flex-wrap: wrap; gap: 8px; }
    .chips button { padding: 0 12px; border: 1px solid var(--os-line); border-radius: 14px; background: var(--os-surface); color: var(--os-text-2); font: inherit; font-size: 13px; line-height: 26px; font-variant-numeric: tabular-nums; cursor: pointer; }
    .chips button:hover { border-color: var(--os-brand); color: var(--os-brand-text); }
    .chips button[aria-pressed='true'] { border-color: var(--os-brand-line); background: var(--os-brand-soft); color: var(--os-brand-text); font-weight: 500; }
    .first { display: flex; flex-wrap: wrap; justify-content: center; gap: 8px; }
    .hint { margin: -4px 0 0; color: var(--os-text-3); font-size: 13px; }
  `,
})
export class ServiceList {
  protected readonly live = inject(LiveStore);
  private readonly session = inject(Session);
  private readonly router = inject(Router);
  private readonly route = inject(ActivatedRoute);
  private readonly deletion = inject(DeleteService);
  private readonly deeds = inject(ServiceDeeds);
  private readonly address = inject(GatewayAddress);

  private readonly query = toSignal(this.route.queryParamMap, { requireSync: true });
  protected readonly words = computed(() => this.query().get('q') ?? '');
  /** Of the filter; null: all of them. */
  protected readonly group = computed(() => serviceGroups.find((group) => group === this.query().get('state')) ?? null);
  /** What the filter offers, with how many there are; a group without any is left out unless it is chosen. */
  protected readonly groups = computed(() => {
    const services = this.live.services();
    const counted = serviceGroups.map((group) => ({ group, count: services.filter((service) => serviceGroup(service) === group).length }));
    return counted.filter(({ group, count }) => count > 0 || group === this.group());
  });
  protected readonly gatewayUrl = this.address.url;
  protected readonly mayWrite = computed(() => this.session.can('services.write'));
  protected readonly shown = computed(() => {
    const words = this.words().toLowerCase().split(/\s+/);
    return [...this.live.services()]
      .filter((service) => this.group() === null || serviceGroup(service) === this.group())
      .filter((service) => words.every((word) => `${service.name} ${service.modelName}`.toLowerCase().includes(word)))
      .sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  });
  protected readonly counts = computed(() => {
    const services = this.live.services();
    return {
      total: services.length,
      ready: services.filter((service) => service.state === 'ready').length,
      instances: services.reduce((sum, service) => sum + service.readyInstances, 0),
    };
  });
  protected readonly hasModel = computed(() => this.live.models().some((model) => model.state === 'ready'));
  protected readonly hasNode = computed(() => this.live.nodes().some((node) => node.state !== 'removed'));
  protected readonly logOf = signal<Instance | null>(null);

  constructor() {
    this.address.load();
  }

  protected search(words: string): void {
    void this.router.navigate([], { relativeTo: this.route, queryParams: { q: words || null }, queryParamsHandling: 'merge', replaceUrl: true });
  }

  protected choose(state: string | null): void {
    void this.router.navigate([], { relativeTo: this.route, queryParams: { state }, queryParamsHandling: 'merge', replaceUrl: true });
  }

  protected stop(service: Service): void {
    void this.deeds.stop(service);
  }

  protected start(service: Service): void {
    void this.deeds.start(service);
  }

  protected again(service: Service): void {
    void this.deeds.again(service);
  }

  protected remove(service: Service): void {
    void this.deletion.ask(service);
  }
}
