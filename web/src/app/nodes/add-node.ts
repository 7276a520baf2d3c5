import { Component, computed, inject, model, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NzModalModule } from 'ng-zorro-antd/modal';
import { Api, ApiFailure, LiveStore, type JoinToken } from '../api';
import { Clock, CopyButton, ErrorState, FieldError, formatDuration, StateTag } from '../ui-kit';
import { Language } from '../i18n';
import { nodeTone } from './node-state';

/** Adding a node: makes a single-use join command, then waits and shows the node when it arrives. */
@Component({
  selector: 'os-add-node',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzIconModule, NzInputModule, NzModalModule, CopyButton, ErrorState, FieldError, StateTag],
  templateUrl: './add-node.html',
  styleUrl: './add-node.scss',
})
export class AddNode {
  private readonly api = inject(Api);
  private readonly live = inject(LiveStore);
  private readonly clock = inject(Clock);
  private readonly language = inject(Language);

  readonly open = model(false);

  protected readonly name = signal('');
  protected readonly token = signal<JoinToken | null>(null);
  protected readonly busy = signal(false);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly tones = nodeTone;
  private readonly known = signal<ReadonlySet<string>>(new Set());

  protected readonly nameWrong = computed(() => {
    const name = this.name().trim();
    if (name === '') return '';
    if (this.live.nodes().some((node) => node.name === name)) return 'nodes.add.nameTaken';
    return /^[\p{L}\p{N}][\p{L}\p{N}._:-]{0,63}$/u.test(name) ? '' : 'nodes.add.nameWrong';
  });
  /** The newcomers since the command was made. */
  protected readonly arrived = computed(() => (this.token() ? this.live.nodes().filter(({ id }) => !this.known().has(id)) : []));
  protected readonly remaining = computed(() => {
    const token = this.token();
    if (!token) return null;
    const ms = new Date(token.expiresAt).getTime() - this.clock.now().getTime();
    return ms <= 0 ? null : formatDuration(Math.max(1, Math.round(ms / 60_000)) * 60_000, this.language.current());
  });

  protected async makeCommand(): Promise<void> {
    if (this.nameWrong() || this.busy()) return;
    this.busy.set(true);
    this.failure.set(null);
    const nodeName = this.name().trim();
    try {
      this.known.set(new Set(this.live.nodes().map(({ id }) => id)));
      this.token.set(await this.api.post('/join-tokens', { body: { kind: 'agent', ...(nodeName ? { nodeName } : {}) } }));
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.busy.set(false);
    }
  }

  protected close(): void {
    this.open.set(false);
    this.token.set(null);
    this.name.set('');
    this.failure.set(null);
  }
}
