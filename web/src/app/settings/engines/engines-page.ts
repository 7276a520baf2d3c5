import { Component, computed, inject, signal } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzMessageService } from 'ng-zorro-antd/message';
import { Api, ApiFailure, Session, type CustomEngine, type Engine, type EngineImage } from '../../api';
import { FailureToast } from '../../refusals';
import { ConfirmDialog, Dialogs, EmptyState, ErrorState, Skeleton, StateTag } from '../../ui-kit';
import { CustomEngineDialog, type EngineQuestion } from './custom-engine-dialog';
import { EngineImageDialog, type ImageQuestion } from './engine-image-dialog';
import { ImageRefusals } from './image-refusals';

interface Found {
  readonly engines: readonly Engine[];
  readonly images: readonly EngineImage[];
  readonly own: readonly CustomEngine[];
}

/** `/settings/engines`: images of the shipped engines, and engines of one's own. */
@Component({
  selector: 'os-engines-page',
  imports: [TranslocoDirective, NzButtonModule, NzIconModule, EmptyState, ErrorState, ImageRefusals, Skeleton, StateTag],
  templateUrl: './engines-page.html',
  styles: `
    .card { max-width: 980px; }
    ul { margin: 0; padding: 0; list-style: none; }
    li { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; padding: 12px 16px; border-bottom: 1px solid var(--os-line-soft); }
    .what { flex: 1; min-width: 200px; }
    .what > os-state-tag, .what > .muted { margin-left: 8px; }
    .what code { display: block; margin-top: 2px; font-size: 12px; overflow-wrap: anywhere; color: var(--os-text-2); }
    .what p { margin: 2px 0 0; overflow-wrap: anywhere; }
    .foot { margin: 0; padding: 12px 16px; }
  `,
})
export class EnginesPage {
  private readonly api = inject(Api);
  private readonly refusals = inject(FailureToast);
  private readonly session = inject(Session);
  private readonly dialogs = inject(Dialogs);
  private readonly confirm = inject(ConfirmDialog);
  private readonly messages = inject(NzMessageService);
  private readonly words = inject(TranslocoService);

  protected readonly state = signal<Found | null>(null);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly mayChange = computed(() => this.session.can('settings.write'));

  constructor() {
    void this.load();
  }

  protected nameOf(id: string): string {
    return this.state()?.engines.find((engine) => engine.id === id)?.name ?? id;
  }

  protected async load(): Promise<void> {
    try {
      const [engines, images, own] = await Promise.all([this.api.get('/engines'), this.api.get('/engine-images'), this.api.get('/custom-engines')]);
      this.state.set({ engines, images, own });
      this.failure.set(null);
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    }
  }

  protected async changeImage(image: EngineImage): Promise<void> {
    const question: ImageQuestion = { image, name: this.nameOf(image.engine) };
    if (await this.dialogs.open<boolean>(EngineImageDialog, question)) await this.saved();
  }

  protected async edit(engine: CustomEngine | null): Promise<void> {
    const question: EngineQuestion = { engine, taken: this.state()?.own.map(({ id }) => id) ?? [] };
    if (await this.dialogs.open<boolean>(CustomEngineDialog, question, 720)) await this.saved();
  }

  protected async remove(engine: CustomEngine): Promise<void> {
    const t = (key: string, values: object = {}) => this.words.translate(`settings.engines.${key}`, values);
    if (!(await this.confirm.confirm({ title: t('deleteTitle', { name: engine.name }), consequences: [t('deleteStays'), t('deleteRefused')], danger: true, action: t('delete') }))) return;
    try {
      await this.api.delete('/custom-engines/{id}', { params: { id: engine.id } });
      this.messages.success(t('deleted'));
    } catch (thrown) {
      this.refusals.show(thrown);
    }
    await this.load();
  }

  private async saved(): Promise<void> {
    this.messages.success(this.words.translate('settings.engines.saved'));
    await this.load();
  }
}
