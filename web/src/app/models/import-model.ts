import { Component, computed, inject, input, linkedSignal, output, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NzMessageService } from 'ng-zorro-antd/message';
import { NzModalModule } from 'ng-zorro-antd/modal';
import { Api, ApiFailure, type Model } from '../api';
import { FieldError, failureWords } from '../ui-kit';
import { emptyImport, pathProblem, suggestedName, toImport, type ImportDraft } from './import-draft';

/** Import from a path of the management node; opened again for a failed entry, it replaces that one. */
@Component({
  selector: 'os-import-model',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzInputModule, NzModalModule, FieldError],
  templateUrl: './import-model.html',
  styles: `
    .lead { margin: 0 0 16px; color: var(--os-text-2); }
    .roots { list-style: none; margin: 4px 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: 6px; }
    .roots button { border: 1px solid var(--os-line); border-radius: 4px; background: var(--os-surface); padding: 0 8px; font: 12px/22px var(--os-mono); color: var(--os-text-2); cursor: pointer; overflow-wrap: anywhere; text-align: left; }
    .roots button:hover { border-color: var(--os-brand); color: var(--os-brand-text); }
    .path { font-family: var(--os-mono); font-size: 13px; }
    footer { display: flex; justify-content: flex-end; gap: 8px; margin-top: 24px; }
    .general { margin: 0; }
  `,
})
export class ImportModel {
  private readonly api = inject(Api);
  private readonly message = inject(NzMessageService);
  private readonly transloco = inject(TranslocoService);

  readonly replaces = input<Model | null>(null);
  readonly closed = output();

  protected readonly draft = linkedSignal<ImportDraft>(() => {
    const failed = this.replaces();
    return failed ? { path: failed.sourcePath ?? '', name: failed.name, description: failed.description } : emptyImport;
  });
  /** Null until the controller has said which directories are allowed; empty when it would not. */
  protected readonly roots = signal<readonly string[] | null>(null);
  protected readonly rootsFailed = signal(false);
  protected readonly sending = signal(false);
  protected readonly tried = signal(false);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly suggested = computed(() => suggestedName(this.draft().path));
  protected readonly problem = computed(() => pathProblem(this.draft().path, this.roots() ?? []));
  /** A failure that no field is to blame for. */
  protected readonly general = computed(() => {
    const failure = this.failure();
    return failure === null || ['path', 'name', 'description'].includes(failure.field ?? '') ? null : failureWords(failure);
  });

  constructor() {
    void this.loadRoots();
  }

  protected change(part: Partial<ImportDraft>): void {
    this.draft.update((draft) => ({ ...draft, ...part }));
    this.failure.set(null);
  }

  protected refusal(field: keyof ImportDraft): string {
    const failure = this.failure();
    return failure?.field === field ? failure.message : '';
  }

  protected async submit(): Promise<void> {
    this.tried.set(true);
    if (this.problem() !== null || this.sending()) return;
    this.sending.set(true);
    try {
      const { model } = await this.send();
      this.message.success(this.transloco.translate('models.importDialog.started', { name: model.name }));
      this.closed.emit();
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.sending.set(false);
    }
  }

  /** The failed entry makes room only when the server says that its name is in the way, so that nothing is lost to a typing error. */
  private async send() {
    const body = toImport(this.draft());
    const failed = this.replaces();
    try {
      const started = await this.api.post('/models/import', { body });
      if (failed && started.model.id !== failed.id) await this.drop(failed);
      return started;
    } catch (thrown) {
      const failure = ApiFailure.from(thrown);
      if (!failed || failure.status !== 409) throw failure;
      await this.api.delete('/models/{id}', { params: { id: failed.id } });
      return this.api.post('/models/import', { body });
    }
  }

  /** The new import runs already; an old entry that cannot be removed now can be deleted by hand later. */
  private async drop(failed: Model): Promise<void> {
    try {
      await this.api.delete('/models/{id}', { params: { id: failed.id } });
    } catch (thrown) {
      this.message.warning(ApiFailure.from(thrown).message);
    }
  }

  private async loadRoots(): Promise<void> {
    try {
      this.roots.set(await this.api.get('/models/import-roots'));
    } catch {
      this.rootsFailed.set(true);
    }
  }
}
