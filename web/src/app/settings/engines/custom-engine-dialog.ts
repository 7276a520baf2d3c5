import { Component, computed, inject, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzCheckboxModule } from 'ng-zorro-antd/checkbox';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NZ_MODAL_DATA, NzModalRef } from 'ng-zorro-antd/modal';
import { NzRadioModule } from 'ng-zorro-antd/radio';
import { Api, ApiFailure, type CustomEngine } from '../../api';
import { ErrorState, FieldError } from '../../ui-kit';
import { emptyEngine, engineDraftOf, engineProblems, engineRequestOf, placeholders, type CustomEngineDraft, type EngineFormat } from './custom-engine-draft';

export interface EngineQuestion {
  /** Null: a new one. */
  readonly engine: CustomEngine | null;
  readonly taken: readonly string[];
}

/** An engine of an administrator's own: an image and a pattern of arguments. */
@Component({
  selector: 'os-custom-engine-dialog',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzCheckboxModule, NzInputModule, NzRadioModule, ErrorState, FieldError],
  templateUrl: './custom-engine-dialog.html',
  styles: `
    .pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 16px; }
    @media (max-width: 640px) { .pair { grid-template-columns: minmax(0, 1fr); } }
    textarea { font-family: var(--os-mono); font-size: 13px; }
    .formats label { display: inline-flex; width: auto; margin: 0 16px 0 0; font-weight: 400; line-height: 22px; }
  `,
})
export class CustomEngineDialog {
  private readonly api = inject(Api);
  protected readonly question = inject<EngineQuestion>(NZ_MODAL_DATA);
  protected readonly dialog = inject<NzModalRef<CustomEngineDialog, boolean>>(NzModalRef);

  protected readonly formats: readonly EngineFormat[] = ['safetensors', 'gguf'];
  protected readonly placeholders = placeholders.map((name) => `{${name}}`).join(' ');
  protected readonly draft = signal<CustomEngineDraft>(this.question.engine === null ? emptyEngine : engineDraftOf(this.question.engine));
  private readonly touched = signal<ReadonlySet<string>>(new Set());
  protected readonly busy = signal(false);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly problems = computed(() => engineProblems(this.draft(), this.question.engine === null ? this.question.taken : []));
  protected readonly valid = computed(() => Object.keys(this.problems()).length === 0);
  /** Of a field that the form does not show, or of none. */
  protected readonly unplaced = computed(() => {
    const failure = this.failure();
    return failure !== null && !(this.fieldOf(failure) in this.draft()) ? failure : null;
  });

  protected change(change: Partial<CustomEngineDraft>): void {
    this.draft.update((draft) => ({ ...draft, ...change }));
    this.touched.update((fields) => new Set([...fields, ...Object.keys(change)]));
    this.failure.set(null);
  }

  protected pick(format: EngineFormat, on: boolean): void {
    this.change({ formats: this.formats.filter((each) => (each === format ? on : this.draft().formats.includes(each))) });
  }

  protected errorOf(field: keyof CustomEngineDraft, translate: (key: string, values: object) => string): string {
    const failure = this.failure();
    if (failure !== null && this.fieldOf(failure) === field) return failure.message;
    const problem = this.touched().has(field) ? this.problems()[field] : undefined;
    return problem ? translate(`settings.engines.${problem.key}`, problem.values ?? {}) : '';
  }

  protected async save(): Promise<void> {
    this.touched.set(new Set(Object.keys(this.draft())));
    if (!this.valid() || this.busy()) return;
    this.busy.set(true);
    try {
      await this.api.put('/custom-engines/{id}', { params: { id: `custom-${this.draft().id}` }, body: engineRequestOf(this.draft()) });
      this.dialog.close(true);
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.busy.set(false);
    }
  }

  private fieldOf({ field }: ApiFailure): string {
    return field?.split('.')[0] ?? '';
  }
}
