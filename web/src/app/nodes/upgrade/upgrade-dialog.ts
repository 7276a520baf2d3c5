import { Component, computed, inject, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputNumberModule } from 'ng-zorro-antd/input-number';
import { NZ_MODAL_DATA, NzModalRef } from 'ng-zorro-antd/modal';
import { Api, ApiFailure, type AgentRelease, type Node, type Operation } from '../../api';
import { OperationProgress, ShownStepsPipe } from '../../operations';
import { BytesPipe, ErrorState, RelativeTime, StateTag, StepList } from '../../ui-kit';
import { UpgradeWatch } from './upgrade-watch';

/** Upgrading agents in stages: what will happen, how many at a time, then how it goes. */
@Component({
  selector: 'os-upgrade-dialog',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzIconModule, NzInputNumberModule, BytesPipe, ErrorState, OperationProgress, RelativeTime, ShownStepsPipe, StateTag, StepList],
  providers: [UpgradeWatch],
  templateUrl: './upgrade-dialog.html',
  styles: `
    ul { margin: 0 0 16px; padding-left: 18px; color: var(--os-text-2); }
    li { margin: 3px 0; }
    .names { max-height: 72px; overflow: auto; margin: 0 0 12px; overflow-wrap: anywhere; color: var(--os-text-2); font-size: 13px; }
    .steps { max-height: 320px; overflow: auto; margin-top: 16px; }
    .release { margin: 0 0 12px; }
  `,
})
export class UpgradeDialog {
  private readonly api = inject(Api);
  private readonly watch = inject(UpgradeWatch);
  protected readonly nodes = inject<readonly Node[]>(NZ_MODAL_DATA);
  protected readonly dialog = inject<NzModalRef<UpgradeDialog>>(NzModalRef);

  protected readonly release = signal<AgentRelease | null>(null);
  protected readonly batch = signal(5);
  protected readonly busy = signal(false);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly operation = this.watch.operation;
  protected readonly names = this.nodes.map(({ name, agentVersion }) => `${name} (${agentVersion ?? '–'})`).join(', ');
  protected readonly version = computed(() => this.release()?.version ?? this.nodes[0]?.upgradeTo ?? '');
  /** The largest archive that one node has to fetch. */
  protected readonly bytes = computed(() => Math.max(0, ...(this.release()?.archives ?? []).map((archive) => archive.bytes)) || null);

  constructor() {
    void this.load();
  }

  protected async load(): Promise<void> {
    this.failure.set(null);
    try {
      const releases = await this.api.get('/agent-releases');
      this.release.set(releases.find(({ current }) => current) ?? null);
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    }
  }

  protected async start(): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    this.failure.set(null);
    try {
      const operation: Operation = await this.api.post('/agent-upgrades', { body: { version: this.version(), nodeIds: this.nodes.map(({ id }) => id), batch: this.batch() } });
      this.watch.follow(operation);
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.busy.set(false);
    }
  }
}
