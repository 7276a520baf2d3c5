import { Component, computed, inject, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NzInputNumberModule } from 'ng-zorro-antd/input-number';
import { NZ_MODAL_DATA, NzModalRef } from 'ng-zorro-antd/modal';
import { NzSelectModule } from 'ng-zorro-antd/select';
import { Api, ApiFailure, LiveStore, type Engine, type Service } from '../../api';
import { ErrorState, FieldError } from '../../ui-kit';
import { SaidPipe } from '../../wording';
import { commonInterfaces } from '../deploy/network-interfaces';
import { hasFlag, withFlag } from '../deploy/parameter-text';
import { refusalWords } from '../deploy/plan-words';
import { engineLabel, engineName, engineOptions } from '../engine-names';
import { ChangeList } from './change-list';
import { settingChanges, settingsOf, type RunSettings } from './settings-diff';

export interface EditQuestion {
  readonly service: Service;
  /** What failed is tried again with it. */
  readonly again?: boolean;
  /** Already filled in, for a person to look at before it is done. */
  readonly proposed?: Partial<RunSettings>;
  /** Translation keys that replace the usual ones. */
  readonly title?: string;
  readonly action?: string;
  /** Why it is proposed, already translated. */
  readonly lead?: string;
  readonly note?: string;
}

const shownFields = ['parameters', 'contextLength', 'parallel', 'engine', 'networkInterface'];

/** Changes how a service runs: what will be different is seen before it is done; it becomes a new revision. */
@Component({
  selector: 'os-edit-dialog',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzInputModule, NzInputNumberModule, NzSelectModule, ChangeList, ErrorState, FieldError, SaidPipe],
  templateUrl: './edit-dialog.html',
  styles: `
    .lead { margin: 0 0 16px; color: var(--os-text-2); overflow-wrap: anywhere; }
    textarea { font-family: var(--os-mono); font-size: 13px; }
    .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); gap: 0 16px; }
    nz-input-number, nz-select { width: 100%; }
    .flags { display: flex; flex-wrap: wrap; gap: 4px; margin: 6px 0 0; padding: 0; list-style: none; max-height: 80px; overflow-y: auto; }
    .flags button { border: 1px solid var(--os-line); border-radius: 4px; background: var(--os-surface); padding: 0 6px; font: 12px/20px var(--os-mono); color: var(--os-text-2); cursor: pointer; }
    .flags button:disabled { color: var(--os-text-3); background: var(--os-sunken); cursor: default; }
    .changes { padding: 12px 16px; border-radius: 8px; background: var(--os-sunken); }
    h3 { margin: 0 0 6px; font-size: 13px; line-height: 20px; font-weight: 600; }
    .help { margin: 6px 0 0; font-size: 12px; line-height: 18px; color: var(--os-text-2); }
  `,
})
export class EditDialog {
  private readonly api = inject(Api);
  private readonly live = inject(LiveStore);
  protected readonly data = inject<EditQuestion>(NZ_MODAL_DATA);
  protected readonly dialog = inject<NzModalRef<EditDialog, boolean>>(NzModalRef);

  protected readonly engineLabel = engineLabel;
  protected readonly engineName = engineName;
  protected readonly hasFlag = hasFlag;
  protected readonly draft = signal<RunSettings>({ ...settingsOf(this.data.service), ...this.data.proposed });
  protected readonly note = signal(this.data.note ?? '');
  protected readonly busy = signal(false);
  private readonly failure = signal<ApiFailure | null>(null);
  private readonly known = signal<readonly Engine[]>([]);
  protected readonly changes = computed(() => settingChanges(settingsOf(this.data.service), settingsOf(this.draft())));
  protected readonly engines = computed(() => engineOptions(this.known(), this.live.models().find(({ id }) => id === this.data.service.modelId) ?? null, this.data.service.mode));
  /** Of the nodes the group is on; before it has any, of all that could carry it. */
  protected readonly interfaces = computed(() => {
    const on = new Set(this.data.service.instances.flatMap(({ members }) => members.map(({ nodeId }) => nodeId)));
    const found = commonInterfaces(this.live.nodes().filter(({ id, gpus }) => (on.size > 0 ? on.has(id) : gpus.length > 0)));
    const { networkInterface } = this.data.service;
    return networkInterface === null || found.some(({ name }) => name === networkInterface) ? found : [{ name: networkInterface, speedMbps: null }, ...found];
  });
  protected readonly flags = computed(() => this.known().find(({ id }) => id === this.draft().engine)?.parameters ?? []);
  protected readonly unplaced = computed(() => {
    const failure = this.failure();
    return failure !== null && !shownFields.includes(failure.field?.split('.')[0] ?? '') ? failure : null;
  });

  constructor() {
    void this.loadEngines();
  }

  protected change(part: Partial<RunSettings>): void {
    this.draft.update((draft) => ({ ...draft, ...part }));
    this.failure.set(null);
  }

  protected addFlag(flag: string): void {
    this.change({ parameters: withFlag(this.draft().parameters, flag) });
  }

  protected refused(field: string): boolean {
    return this.failure()?.field?.split('.')[0] === field;
  }

  /** The refusal of a field in the console's language, else in the server's words. */
  protected words(field: string, translate: (key: string, values?: object) => string): string {
    const failure = this.failure();
    if (failure === null || !this.refused(field)) return '';
    const known = refusalWords(failure);
    return known ? translate(known.key, known.values) : failure.message;
  }

  protected async save(): Promise<void> {
    if (this.busy() || this.changes().length === 0) return;
    this.busy.set(true);
    const changed = Object.fromEntries(this.changes().map(({ field, to }) => [field, to]));
    try {
      const request = { params: { id: this.data.service.id }, body: { ...changed, note: this.note().trim() } };
      if (this.data.again) await this.api.post('/services/{id}/retry', request);
      else await this.api.patch('/services/{id}', request);
      await this.live.refresh();
      this.dialog.close(true);
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.busy.set(false);
    }
  }

  private async loadEngines(): Promise<void> {
    try {
      this.known.set(await this.api.get('/engines'));
    } catch {
      // Without the list the engine stays as it is; everything else can be changed.
      this.known.set([]);
    }
  }
}
