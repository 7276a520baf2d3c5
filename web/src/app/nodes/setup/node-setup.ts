import { Component, computed, effect, inject, signal, untracked } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzCheckboxModule } from 'ng-zorro-antd/checkbox';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { Api, ApiFailure, type Bootstrap } from '../../api';
import { isOpen, OperationProgress, operationTone, ShownStepsPipe } from '../../operations';
import { CopyText, Dialogs, EmptyState, ErrorState, RelativeTime, Skeleton, StateTag, StepList } from '../../ui-kit';
import { SaidPipe, WordPipe } from '../../wording';
import { NodeContext } from '../detail/node-context';
import { CredentialDialog, type CredentialAnswer, type CredentialAsk } from './credential-dialog';
import { PreflightReport } from './preflight-report';
import { blocking, resultCounts } from './review';

/** `/nodes/:id/setup`: how a server becomes a node, what was found on it, and what is to be decided. */
@Component({
  selector: 'os-node-setup',
  imports: [
    FormsModule, TranslocoDirective, NzButtonModule, NzCheckboxModule, NzIconModule, CopyText, EmptyState, ErrorState, OperationProgress, PreflightReport,
    RelativeTime, SaidPipe, ShownStepsPipe, Skeleton, StateTag, StepList, WordPipe,
  ],
  templateUrl: './node-setup.html',
  styleUrl: './node-setup.scss',
})
export class NodeSetup {
  private readonly api = inject(Api);
  private readonly dialogs = inject(Dialogs);
  private readonly router = inject(Router);
  protected readonly context = inject(NodeContext);

  protected readonly tones = operationTone;
  protected readonly isOpen = isOpen;
  protected readonly bootstrap = signal<Bootstrap | null>(null);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly refusal = signal<ApiFailure | null>(null);
  protected readonly busy = signal(false);
  protected readonly ticked = signal<ReadonlySet<string>>(new Set());
  protected readonly despite = signal(false);

  /** The live one, once it has arrived; it moves between two looks at the report. */
  protected readonly job = computed(() => {
    const known = this.bootstrap()?.operation;
    const live = this.context.operations().find(({ id }) => id === known?.id) ?? (this.context.node()?.operation?.kind === 'add-node' ? this.context.node()?.operation : null);
    return live ?? known ?? this.context.operations().find(({ kind }) => kind === 'add-node') ?? null;
  });
  /** No SSH was in it: the server joined by a command. */
  protected readonly byCommand = computed(() => this.failure()?.status === 404);
  protected readonly decides = computed(() => this.context.mayChange() && this.job()?.state === 'waiting');
  protected readonly counts = computed(() => resultCounts(this.bootstrap()?.preflight?.rows ?? []));
  protected readonly blocking = computed(() => blocking(this.bootstrap()?.preflight?.rows ?? [], this.ticked()));
  private readonly stage = computed(() => {
    const job = this.job();
    return `${this.context.id()} ${job?.id} ${job?.state} ${job?.phase} ${job?.attempt}`;
  });

  constructor() {
    effect(() => {
      this.stage();
      untracked(() => void this.load());
    });
  }

  protected async load(): Promise<void> {
    const id = this.context.id();
    if (id === '') return;
    try {
      const bootstrap = await this.api.get('/nodes/{id}/bootstrap', { params: { id } });
      if (id !== this.context.id()) return;
      this.bootstrap.set(bootstrap);
      this.failure.set(null);
    } catch (thrown) {
      if (id === this.context.id()) this.failure.set(ApiFailure.from(thrown));
    }
  }

  protected can(deed: 'continue' | 'retry' | 'give-up'): boolean {
    return this.context.mayChange() && (this.job()?.can.includes(deed) ?? false);
  }

  protected async goOn(recheck: boolean): Promise<void> {
    const params = { id: this.context.id() };
    await this.attempt(async () => {
      this.bootstrap.set(await this.api.post('/nodes/{id}/bootstrap/continue', { params, body: { fixes: recheck ? [] : [...this.ticked()], recheck, despiteFailures: !recheck && this.despite() && this.blocking().length > 0 } }));
      this.despite.set(false);
    });
  }

  protected async retry(): Promise<void> {
    const answer = await this.askCredential('retry');
    if (!answer) return;
    const params = { id: this.context.id() };
    await this.attempt(async () => this.bootstrap.set(await this.api.post('/nodes/{id}/bootstrap/retry', { params, body: { ...answer, fixes: [...this.ticked()] } })));
  }

  protected async giveUp(): Promise<void> {
    const answer = await this.askCredential('giveUp');
    if (!answer) return;
    const params = { id: this.context.id() };
    await this.attempt(async () => {
      await this.api.post('/nodes/{id}/bootstrap/give-up', { params, body: answer.credential ? { credential: answer.credential } : {} });
      await this.router.navigateByUrl('/nodes');
    });
  }

  private async askCredential(deed: CredentialAsk['deed']): Promise<CredentialAnswer | undefined> {
    const bootstrap = this.bootstrap();
    return bootstrap ? this.dialogs.open<CredentialAnswer>(CredentialDialog, { deed, bootstrap } satisfies CredentialAsk, 600) : undefined;
  }

  private async attempt(act: () => Promise<void>): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    this.refusal.set(null);
    try {
      await act();
    } catch (thrown) {
      this.refusal.set(ApiFailure.from(thrown));
    } finally {
      this.busy.set(false);
    }
  }
}
