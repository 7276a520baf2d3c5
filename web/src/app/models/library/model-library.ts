import { Component, computed, inject, input, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzCheckboxModule } from 'ng-zorro-antd/checkbox';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NzSelectModule } from 'ng-zorro-antd/select';
import { LiveStore, Session, type Model, type ModelFamily, type ModelVariant, type Operation } from '../../api';
import { OperationLogDrawer } from '../../operations';
import { BytesPipe, Dialogs, EmptyState, ErrorState, PageHeader, Skeleton, formatBytes } from '../../ui-kit';
import { DownloadDialog } from '../downloads/download-dialog';
import { DownloadStore } from '../downloads/download-store';
import type { DownloadWish } from '../downloads/download-wish';
import { ImportModel } from '../import/import-model';
import { importOf, inLibraryOrder, matches } from '../model-state';
import { CardActions } from './card-actions';
import { CatalogStore } from './catalog-store';
import { DeleteModel } from './delete-model';
import { FamilyCard } from './family-card';
import { filterFamilies, inShelfOrder, kinds, largestRoom, sizeFilters, stateFilters, type SizeFilter } from './family-filter';
import { ModelCard } from './model-card';

type FilterName = 'q' | 'kind' | 'state' | 'size' | 'fits' | 'hidden';

/** `/models`: what can be downloaded, what is on its way, and what was brought here by hand. Filters stand in the address. */
@Component({
  selector: 'os-model-library',
  imports: [
    FormsModule, RouterLink, TranslocoDirective, NzButtonModule, NzCheckboxModule, NzIconModule, NzInputModule, NzSelectModule,
    BytesPipe, EmptyState, ErrorState, FamilyCard, ImportModel, ModelCard, OperationLogDrawer, PageHeader, Skeleton,
  ],
  providers: [DownloadStore, CatalogStore],
  templateUrl: './model-library.html',
  styleUrl: './model-library.scss',
  host: { class: 'page' },
})
export class ModelLibrary {
  protected readonly live = inject(LiveStore);
  protected readonly catalog = inject(CatalogStore);
  protected readonly downloads = inject(DownloadStore);
  protected readonly cards = inject(CardActions);
  protected readonly deletion = inject(DeleteModel);
  private readonly session = inject(Session);
  private readonly dialogs = inject(Dialogs);
  private readonly router = inject(Router);

  // Query parameters.
  readonly q = input<string>();
  readonly kind = input<string>();
  readonly state = input<string>();
  readonly size = input<string>();
  readonly fits = input<string>();
  readonly hidden = input<string>();

  protected readonly kinds = kinds;
  protected readonly stateFilters = stateFilters;
  protected readonly sizes = Object.keys(sizeFilters) as SizeFilter[];
  protected readonly mayWrite = computed(() => this.session.can('models.write'));
  protected readonly mayDeploy = computed(() => this.session.can('services.write'));
  protected readonly room = computed(() => largestRoom(this.live.nodes()));
  protected readonly filter = computed(() => ({
    text: this.q() ?? '', kind: kinds.find((each) => each === this.kind()) ?? null, state: stateFilters.find((each) => each === this.state()) ?? null,
    size: this.sizes.find((each) => each === this.size()) ?? null, room: this.fits() === undefined ? null : this.room(),
  }));
  protected readonly filtered = computed(() => Object.values(this.filter()).some((value) => value !== null && value !== ''));
  private readonly shelf = computed(() => (this.catalog.families() ?? []).filter(({ hidden }) => !hidden || this.hidden() !== undefined));
  protected readonly shown = computed(() => inShelfOrder(filterFamilies(this.shelf(), this.filter())));
  protected readonly hiddenCount = computed(() => (this.catalog.families() ?? []).filter(({ hidden }) => hidden).length);
  /** Models that no card of the catalog shows. */
  protected readonly others = computed(() => {
    const onCards = new Set((this.catalog.families() ?? []).flatMap(({ variants }) => variants.map(({ modelId }) => modelId)));
    const { text, kind, state, size } = this.filter();
    const wanted: Readonly<Record<string, readonly Model['state'][]>> = { ready: ['ready'], moving: ['importing', 'downloading', 'deleting'], failed: ['failed'], absent: [] };
    return inLibraryOrder(this.live.models())
      .filter((model) => !onCards.has(model.id) && matches(model, text) && (kind === null || model.kind === kind) && (state === null || wanted[state]?.includes(model.state)) && size === null)
      .map((model) => ({ model, operation: importOf(model, this.live.operations()) }));
  });
  protected readonly counts = computed(() => {
    const models = this.live.models();
    return { total: models.length, ready: models.filter(({ state }) => state === 'ready').length, bytes: formatBytes(models.reduce((sum, { bytes, inPlace }) => sum + (inPlace ? 0 : bytes), 0)) };
  });
  protected readonly openDownloads = computed(() => (this.downloads.all() ?? []).filter(({ state }) => state !== 'done' && state !== 'cancelled').length);
  /** The import dialog: closed, empty, or filled with a failed entry that it replaces. */
  protected readonly importing = signal<'closed' | 'new' | Model>('closed');
  protected readonly replaced = computed(() => {
    const importing = this.importing();
    return typeof importing === 'string' ? null : importing;
  });
  protected readonly logOf = signal<Operation | null>(null);

  protected async set(name: FilterName, value: string | null): Promise<void> {
    await this.router.navigate([], { queryParams: { [name]: value === '' ? null : value }, queryParamsHandling: 'merge', replaceUrl: true });
  }

  protected async clear(): Promise<void> {
    await this.router.navigate([], { queryParams: { q: null, kind: null, state: null, size: null, fits: null }, queryParamsHandling: 'merge', replaceUrl: true });
  }

  /** What a chip leads to: the dialog of a download, the download itself, or the model. */
  protected async choose(family: ModelFamily, variant: ModelVariant): Promise<void> {
    if (variant.state === 'absent') await this.dialogs.open(DownloadDialog, { family, variant } satisfies DownloadWish, 600);
    else if (variant.state === 'ready' && variant.modelId !== null) await this.router.navigate(['/models', variant.modelId]);
    else await this.router.navigate(['/models/downloads'], { queryParams: { unfold: variant.downloadId } });
  }
}
