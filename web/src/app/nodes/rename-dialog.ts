import { Component, computed, inject, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NZ_MODAL_DATA, NzModalRef } from 'ng-zorro-antd/modal';
import { Api, ApiFailure, LiveStore, type Node } from '../api';
import { ErrorState, FieldError } from '../ui-kit';
import { nameProblem } from './node-name';

/** Another name for a node; addresses, instances and history stay with it. */
@Component({
  selector: 'os-rename-dialog',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzInputModule, ErrorState, FieldError],
  template: `
    <form class="dialog" *transloco="let t" (ngSubmit)="save()">
      <h2>{{ t('nodes.rename.title', { name: node.name }) }}</h2>
      @if (failure(); as failed) {@if (failed.field !== 'name') {<os-error [failure]="failed" (retry)="save()" />}}
      <div class="field">
        <label for="rename-name">{{ t('nodes.add.name') }}</label>
        <input nz-input id="rename-name" name="name" maxlength="64" autocomplete="off" spellcheck="false" cdkFocusInitial [ngModel]="name()" (ngModelChange)="change($event)" [nzStatus]="problem() || refused() ? 'error' : ''" />
        <os-field-error [message]="problem() ? t(problem()) : refused()" />
        <p class="field-help">{{ t('nodes.rename.help') }}</p>
      </div>
      <footer>
        <button nz-button type="button" (click)="dialog.close()">{{ t('kit.confirm.cancel') }}</button>
        <button nz-button nzType="primary" type="submit" [nzLoading]="busy()" [disabled]="problem() !== '' || name().trim() === node.name">{{ t('nodes.deed.rename') }}</button>
      </footer>
    </form>
  `,
})
export class RenameDialog {
  private readonly api = inject(Api);
  private readonly live = inject(LiveStore);
  protected readonly node = inject<Node>(NZ_MODAL_DATA);
  protected readonly dialog = inject<NzModalRef<RenameDialog, boolean>>(NzModalRef);

  protected readonly name = signal(this.node.name);
  protected readonly busy = signal(false);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly problem = computed(() => nameProblem(this.name().trim(), this.live.nodes(), this.node.id));
  protected readonly refused = computed(() => (this.failure()?.field === 'name' ? (this.failure()?.message ?? '') : ''));

  protected change(name: string): void {
    this.name.set(name);
    this.failure.set(null);
  }

  protected async save(): Promise<void> {
    if (this.problem() || this.busy() || this.name().trim() === this.node.name) return;
    this.busy.set(true);
    try {
      await this.api.patch('/nodes/{id}', { params: { id: this.node.id }, body: { name: this.name().trim() } });
      await this.live.refresh();
      this.dialog.close(true);
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.busy.set(false);
    }
  }
}
