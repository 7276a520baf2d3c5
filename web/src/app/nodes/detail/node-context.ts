import { Injectable, computed, inject, signal } from '@angular/core';
import { LiveStore, Session, type Operation } from '../../api';

/** The node that the page and its tabs speak of; the page sets the id, the live list brings the rest. */
@Injectable()
export class NodeContext {
  private readonly live = inject(LiveStore);
  private readonly session = inject(Session);

  readonly id = signal('');
  readonly node = computed(() => this.live.nodes().find(({ id }) => id === this.id()) ?? null);
  /** Jobs about this node, newest first. */
  readonly operations = computed(() => this.live.operations().filter(({ subjectId }) => subjectId === this.id()));
  readonly instances = computed(() =>
    this.live.services().flatMap((service) => service.instances.filter(({ nodeId }) => nodeId === this.id()).map((instance) => ({ instance, service }))),
  );
  readonly mayChange = computed(() => this.session.can('nodes.write'));
  /** Whose log is open in the drawer of the page. */
  readonly logOf = signal<Operation | null>(null);
}
