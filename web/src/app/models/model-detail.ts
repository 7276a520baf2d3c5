import { Component, computed, inject, input, signal } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzTooltipModule } from 'ng-zorro-antd/tooltip';
import { LiveStore, Session } from '../api';
import { BytesPipe, CopyText, Detail, DetailList, EmptyState, NumberPipe, PageHeader, ProgressLine, RelativeTime, Skeleton, StateTag } from '../ui-kit';
import { WordPipe } from '../wording';
import { DeleteModel } from './delete-model';
import { ImportLog } from './import-log';
import { ImportModel } from './import-model';
import { ModelInUse } from './model-in-use';
import { importOf, modelTone, parameterLabel } from './model-state';

/** `/models/:id`: everything that is known about one model. */
@Component({
  selector: 'os-model-detail',
  imports: [
    RouterLink, TranslocoDirective, NzButtonModule, NzIconModule, NzTooltipModule, BytesPipe, CopyText, Detail, DetailList, EmptyState, ImportLog, ImportModel,
    ModelInUse, NumberPipe, PageHeader, ProgressLine, RelativeTime, Skeleton, StateTag,
    WordPipe,
  ],
  templateUrl: './model-detail.html',
  styles: `
    .back { font-size: 13px; }
    .way { padding: 16px; }
    .way os-progress { max-width: none; }
    .failure { margin: 0 0 12px; color: var(--os-bad-text); overflow-wrap: anywhere; }
    .description { margin: 0 0 12px; max-width: 72ch; overflow-wrap: anywhere; white-space: pre-line; }
    .services { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 12px; }
  `,
  host: { class: 'page' },
})
export class ModelDetail {
  protected readonly live = inject(LiveStore);
  private readonly session = inject(Session);
  private readonly router = inject(Router);
  private readonly deletion = inject(DeleteModel);

  /** From the route. */
  readonly id = input.required<string>();

  protected readonly model = computed(() => this.live.models().find((model) => model.id === this.id()) ?? null);
  protected readonly operation = computed(() => {
    const model = this.model();
    return model ? importOf(model, this.live.operations()) : undefined;
  });
  protected readonly mayWrite = computed(() => this.session.can('models.write'));
  protected readonly mayDeploy = computed(() => this.session.can('services.write'));
  protected readonly modelTone = modelTone;
  protected readonly parameterLabel = parameterLabel;
  protected readonly importing = signal(false);
  protected readonly log = signal(false);
  protected readonly inUse = signal(false);

  protected async remove(): Promise<void> {
    const model = this.model();
    if (!model) return;
    if (model.usedBy.length > 0) this.inUse.set(true);
    else if (await this.deletion.ask(model)) await this.router.navigate(['/models']);
  }
}
