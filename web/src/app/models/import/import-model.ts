import { Component, computed, inject, input, linkedSignal, output, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NzMessageService } from 'ng-zorro-antd/message';
import { NzModalModule } from 'ng-zorro-antd/modal';
import { NzRadioModule } from 'ng-zorro-antd/radio';
import { NzSelectModule } from 'ng-zorro-antd/select';
import { Api, ApiFailure, LiveStore, askingDeadlineMs, type ImportReport, type Model } from '../../api';
import { FieldError, ReturnFocus, failureWords } from '../../ui-kit';
import { ImportFindings } from './import-findings';
import { emptyImport, pathProblem, suggestedName, toImport, type ImportDraft } from './import-draft';

/** Import from a path of the management node or of another one, looked at first; opened again for a failed entry, it replaces that one. */
@Component({
  selector: 'os-import-model',
  hostDirectives: [ReturnFocus],
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzInputModule, NzModalModule, NzRadioModule, NzSelectModule, FieldError, ImportFindings],
  templateUrl: './import-model.html',
  styles: `
    .lead { margin: 0 0 16px; color: var(--os-text-2); }
    .node { width: 100%; } .with-button { display: flex; gap: 8px; }
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
  private readonly live = inject(LiveStore);
  private readonly message = inject(NzMessageService);
  private readonly transloco = inject(TranslocoService);

  readonly replaces = input<Model | null>(null);
  readonly closed = output();

  protected readonly draft = linkedSignal<ImportDraft>(() => {
    const failed = this.replaces();
    return failed ? { path: failed.sourcePath ?? '', nodeId: failed.inPlaceNodeId, mode: failed.inPlace ? 'in-place' : 'copy', name: failed.name, description: failed.description } as const : emptyImport;
  });
  /** Null until the controller has said which directories are allowed; empty when it would not. */
  protected readonly roots = signal<readonly string[] | null>(null);
  protected readonly rootsFailed = signal(false);
  protected readonly sending = signal(false);
  protected readonly checking = signal(false);
  /** What the last look found; dropped as soon as the place changes. */
  protected readonly report = signal<ImportReport | null>(null);
  protected readonly nodes = computed(() => this.live.nodes().filter(({ state }) => state === 'healthy'));
  protected readonly tried = signal(false);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly suggested = computed(() => this.report()?.suggestedName || suggestedName(this.draft().path));
  protected readonly problem = computed(() => pathProblem(this.draft(), this.roots() ?? []));
  /** A failure that no field is to blame for. */
  protected readonly general = computed(() => {
    const failure = this.failure();
    return failure === null || ['path', 'name', 'description', 'mode'].includes(failure.field ?? '') ? null : failureWords(failure);
  });

  constructor() {
    void this.loadRoots();
  }

  protected change(part: Partial<ImportDraft>): void {
    this.draft.update((draft) => ({ ...draft, ...part }));
    this.failure.set(null);
    if ('path' in part || 'nodeId' in part) this.report.set(null);
  }

  protected refusal(field: keyof ImportDraft): string {
    const failure = this.failure();
    return failure?.field === field ? failure.message : '';
  }

  /** Looks at the path and changes nothing. */
  protected async check(): Promise<void> {
    this.tried.set(true);
    if (this.problem() !== null || this.checking()) return;
    this.checking.set(true);
    this.failure.set(null);
    const { path, nodeId } = this.draft();
    try {
      const report = await this.api.post('/models/inspect', { body: { path: path.trim(), nodeId }, deadlineMs: askingDeadlineMs });
      if (path === this.draft().path && nodeId === this.draft().nodeId) this.report.set(report);
    } catch (thrown) {
      this.report.set(null);
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.checking.set(false);
    }
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
