import { Component, computed, effect, inject, input, output, signal, untracked } from '@angular/core';
import { LiveStore, type Operation } from '../api';
import { ErrorState, LogDrawer } from '../ui-kit';
import { OperationTitlePipe } from '../wording';
import { OperationLog } from './operation-log';
import { isOpen } from './operation-state';

/** The log of an operation in a drawer, growing while the job runs: `<os-operation-log [operation]="shown()" (closed)="…" />`. */
@Component({
  selector: 'os-operation-log',
  imports: [ErrorState, LogDrawer, OperationTitlePipe],
  providers: [OperationLog],
  template: `
    <os-log-drawer [open]="operation() !== null" (openChange)="closed.emit()" [title]="operation() ? (operation()! | operationTitle) : ''" [lines]="log.lines()" [(following)]="following" [name]="operation()?.kind ?? 'log'">
      @if (log.failure(); as failure) {<os-error class="failure" [failure]="failure" (retry)="log.read()" />}
    </os-log-drawer>
  `,
  styles: `.failure { margin-bottom: 12px; }`,
})
export class OperationLogDrawer {
  private readonly live = inject(LiveStore);
  protected readonly log = inject(OperationLog);

  /** Whose log; null closes the drawer. */
  readonly operation = input.required<Operation | null>();
  readonly closed = output();

  protected readonly following = signal(true);
  private readonly id = computed(() => this.operation()?.id ?? null);
  private readonly now = computed(() => this.live.operations().find(({ id }) => id === this.id()) ?? this.operation());

  constructor() {
    effect(() => {
      const now = this.now();
      // A job that was taken up again goes on with its log.
      const live = now !== null && isOpen(now);
      untracked(() => {
        const woken = live && !this.log.live();
        this.log.live.set(live);
        if (woken) void this.log.read();
      });
    });
    effect(() => {
      const id = this.id();
      untracked(() => {
        this.following.set(true);
        if (id === null) this.log.close();
        else this.log.open(id);
      });
    });
  }
}
