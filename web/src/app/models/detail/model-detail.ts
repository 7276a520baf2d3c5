import { Component, computed, effect, inject, input, signal } from '@angular/core';
import { Router, RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { Api, LiveStore, Session, type Operation } from '../../api';
import { OperationLogDrawer, OperationProgress } from '../../operations';
import { FailureToast } from '../../refusals';
import { EmptyState, PageHeader, Skeleton, StateTag, formatBytes } from '../../ui-kit';
import { OperationTitlePipe } from '../../wording';
import { ImportModel } from '../import/import-model';
import { DeleteModel } from '../library/delete-model';
import { modelTone, parameterLabel } from '../model-state';
import { CodeRisk } from './code-risk';
import { ModelContext } from './model-context';

const tabs = ['overview', 'readme', 'files', 'nodes'] as const;

/** `/models/:id`: what a model is, where it is, what uses it; one tab each, the tab in the address. */
@Component({
  selector: 'os-model-detail',
  imports: [
    RouterLink, RouterLinkActive, RouterOutlet, TranslocoDirective, NzButtonModule, NzIconModule, CodeRisk, EmptyState, ImportModel, OperationLogDrawer, OperationProgress,
    OperationTitlePipe, PageHeader, Skeleton, StateTag,
  ],
  providers: [ModelContext],
  templateUrl: './model-detail.html',
  styleUrl: './model-detail.scss',
  host: { class: 'page' },
})
export class ModelDetail {
  protected readonly live = inject(LiveStore);
  protected readonly context = inject(ModelContext);
  private readonly api = inject(Api);
  private readonly refusals = inject(FailureToast);
  private readonly session = inject(Session);
  private readonly router = inject(Router);
  private readonly deletion = inject(DeleteModel);

  /** From the route. */
  readonly id = input.required<string>();

  protected readonly tabs = tabs;
  protected readonly modelTone = modelTone;
  protected readonly mayDeploy = computed(() => this.session.can('services.write'));
  protected readonly importing = signal(false);
  protected readonly lastJob = computed(() => this.live.operations().find(({ id }) => id === this.context.model()?.operationId) ?? null);
  protected readonly summary = computed(() => {
    const model = this.context.model();
    if (!model) return '';
    return [parameterLabel(model.parameterCount), model.quantisation ?? model.dataType, model.bytes > 0 ? formatBytes(model.bytes) : null].filter(Boolean).join(' · ');
  });

  constructor() {
    effect(() => this.context.id.set(this.id()));
  }

  /** Downloads have their own buttons and an import runs to its end. */
  protected endable({ kind, can }: Operation): boolean {
    return (kind === 'prefetch-model' || kind === 'verify-model') && can.includes('cancel');
  }

  protected async end({ id }: Operation): Promise<void> {
    try {
      await this.api.post('/operations/{id}/cancel', { params: { id } });
    } catch (thrown) {
      this.refusals.show(thrown);
    }
  }

  protected async remove(): Promise<void> {
    const model = this.context.model();
    if (model && (await this.deletion.ask(model))) await this.router.navigate(['/models']);
  }
}
