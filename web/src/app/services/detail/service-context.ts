import { Injectable, computed, inject, signal } from '@angular/core';
import { LiveStore, Session, type Instance } from '../../api';

/** The service that the detail page and its tabs speak of; the page sets the id, the live list brings the rest. */
@Injectable()
export class ServiceContext {
  private readonly live = inject(LiveStore);
  private readonly session = inject(Session);

  readonly id = signal('');
  readonly service = computed(() => this.live.services().find((service) => service.id === this.id()) ?? null);
  readonly model = computed(() => this.live.models().find((model) => model.id === this.service()?.modelId) ?? null);
  readonly mayWrite = computed(() => this.session.can('services.write'));
  readonly maySeeUsage = computed(() => this.session.can('usage.own'));
  /** Whose log is open in the drawer of the page. */
  readonly logOf = signal<Instance | null>(null);
}
