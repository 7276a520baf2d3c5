import { Component, computed, inject, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { FormsModule } from '@angular/forms';
import { ActivatedRoute, Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputModule } from 'ng-zorro-antd/input';
import { LiveStore, Session, type Model } from '../api';
import { EmptyState, PageHeader, Skeleton, formatBytes } from '../ui-kit';
import { DeleteModel } from './delete-model';
import { ImportLog } from './import-log';
import { ImportModel } from './import-model';
import { ModelCard } from './model-card';
import { ModelInUse } from './model-in-use';
import { importOf, inLibraryOrder, matches } from './model-state';

/** The models services are deployed from. */
@Component({
  selector: 'os-model-library',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzIconModule, NzInputModule, EmptyState, ImportLog, ImportModel, ModelCard, ModelInUse, PageHeader, Skeleton],
  templateUrl: './model-library.html',
  styles: `
    .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 16px; }
    .search { width: 280px; }
  `,
  host: { class: 'page' },
})
export class ModelLibrary {
  protected readonly live = inject(LiveStore);
  private readonly session = inject(Session);
  private readonly deletion = inject(DeleteModel);
  private readonly router = inject(Router);
  private readonly route = inject(ActivatedRoute);
  private readonly query = toSignal(this.route.queryParamMap, { requireSync: true });

  protected readonly words = computed(() => this.query().get('q') ?? '');
  protected readonly mayWrite = computed(() => this.session.can('models.write'));
  protected readonly mayDeploy = computed(() => this.session.can('services.write'));
  protected readonly shown = computed(() => inLibraryOrder(this.live.models()).filter((model) => matches(model, this.words())).map((model) => ({ model, operation: importOf(model, this.live.operations()) })));
  protected readonly counts = computed(() => {
    const models = this.live.models();
    return { total: models.length, ready: models.filter((model) => model.state === 'ready').length, bytes: formatBytes(models.reduce((sum, model) => sum + model.bytes, 0)) };
  });
  /** The import dialog: closed, empty, or filled with a failed entry that it replaces. */
  protected readonly importing = signal<'closed' | 'new' | Model>('closed');
  protected readonly replaced = computed(() => {
    const importing = this.importing();
    return typeof importing === 'string' ? null : importing;
  });
  protected readonly logOf = signal<Model | null>(null);
  protected readonly inUse = signal<Model | null>(null);

  protected search(words: string): void {
    void this.router.navigate([], { relativeTo: this.route, queryParams: { q: words || null }, replaceUrl: true });
  }

  protected remove(model: Model): void {
    if (model.usedBy.length > 0) this.inUse.set(model);
    else void this.deletion.ask(model);
  }
}
