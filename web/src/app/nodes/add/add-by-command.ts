import { Component, DestroyRef, computed, inject, output, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputModule } from 'ng-zorro-antd/input';
import { Api, ApiFailure, LiveStore, type JoinToken } from '../../api';
import { CommandBox, ErrorState, FieldError, StateTag } from '../../ui-kit';
import { nameProblem } from '../node-name';
import { shownState } from '../node-state';
import { clockText } from './clock-text';

/** A single-use command to run on the server; waits and shows the node when it arrives. */
@Component({
  selector: 'os-add-by-command',
  imports: [FormsModule, RouterLink, TranslocoDirective, NzButtonModule, NzIconModule, NzInputModule, CommandBox, ErrorState, FieldError, StateTag],
  templateUrl: './add-by-command.html',
  styleUrl: './add-by-command.scss',
})
export class AddByCommand {
  private readonly api = inject(Api);
  private readonly live = inject(LiveStore);

  readonly closed = output();

  protected readonly name = signal('');
  protected readonly token = signal<JoinToken | null>(null);
  protected readonly busy = signal(false);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly checkout = signal(false);
  protected readonly shown = shownState;
  private readonly known = signal<ReadonlySet<string>>(new Set());
  private readonly now = signal(Date.now());

  protected readonly nameWrong = computed(() => (this.name().trim() === '' ? '' : nameProblem(this.name().trim(), this.live.nodes())));
  /** The newcomers since the command was made. */
  protected readonly arrived = computed(() => (this.token() ? this.live.nodes().filter(({ id }) => !this.known().has(id)) : []));
  /** `29:41`; null when the command works no more. */
  protected readonly remaining = computed(() => {
    const token = this.token();
    return token && clockText(Date.parse(token.expiresAt) - this.now());
  });

  constructor() {
    const timer = setInterval(() => this.now.set(Date.now()), 1000);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }

  protected async makeCommand(): Promise<void> {
    if (this.nameWrong() || this.busy()) return;
    this.busy.set(true);
    this.failure.set(null);
    const nodeName = this.name().trim();
    try {
      const known = new Set(this.live.nodes().map(({ id }) => id));
      const token = await this.api.post('/join-tokens', { body: { kind: 'agent', ...(nodeName ? { nodeName } : {}) } });
      this.known.set(known);
      this.now.set(Date.now());
      this.token.set(token);
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.busy.set(false);
    }
  }
}
