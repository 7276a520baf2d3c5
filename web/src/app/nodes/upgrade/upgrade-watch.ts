import { Injectable, computed, inject, signal } from '@angular/core';
import { LiveStore, type Operation } from '../../api';

/** An upgrade as it goes on: what the live list says of the operation that was started. */
@Injectable()
export class UpgradeWatch {
  private readonly live = inject(LiveStore);
  private readonly started = signal<Operation | null>(null);

  readonly operation = computed(() => {
    const started = this.started();
    return started && (this.live.operations().find(({ id }) => id === started.id) ?? started);
  });

  follow(operation: Operation): void {
    this.started.set(operation);
  }
}
