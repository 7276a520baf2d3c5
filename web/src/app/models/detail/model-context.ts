import { Injectable, computed, inject, signal } from '@angular/core';
import { LiveStore, Session, type Operation } from '../../api';

/** The model that the page and its tabs are about; provided by the page. */
@Injectable()
export class ModelContext {
  private readonly live = inject(LiveStore);
  private readonly session = inject(Session);

  readonly id = signal('');
  readonly model = computed(() => this.live.models().find(({ id }) => id === this.id()) ?? null);
  readonly mayWrite = computed(() => this.session.can('models.write'));
  readonly mayApprove = computed(() => this.session.me()?.role === 'admin');
  /** Jobs of this model that are on their way, newest first. */
  readonly jobs = computed(() => this.live.operations().filter(({ subjectId, state }) => subjectId === this.id() && ['queued', 'running', 'waiting', 'paused'].includes(state)));
  /** The log that is shown; null closes the drawer. */
  readonly logOf = signal<Operation | null>(null);
}
