import { Component, computed, inject, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzPopoverModule } from 'ng-zorro-antd/popover';
import { Api, ApiFailure, LiveStore, type LogLine, type Operation } from '../api';
import { ErrorState, LogDrawer, ProgressLine, RelativeTime, StateTag, type Tone } from '../ui-kit';
import { OperationTitlePipe, WordPipe } from '../wording';

const shownCount = 8;
const tones: Readonly<Record<Operation['state'], Tone>> = { queued: 'idle', running: 'busy', waiting: 'warn', paused: 'idle', succeeded: 'ok', failed: 'bad', cancelled: 'idle' };

/** Running jobs with percent, finished ones on one line, each with its log. */
@Component({
  selector: 'os-operations-tray',
  imports: [TranslocoDirective, NzIconModule, NzPopoverModule, ErrorState, LogDrawer, OperationTitlePipe, ProgressLine, RelativeTime, StateTag, WordPipe],
  templateUrl: './operations-tray.html',
  styleUrl: './operations-tray.scss',
})
export class OperationsTray {
  private readonly api = inject(Api);
  private readonly live = inject(LiveStore);

  protected readonly operations = computed(() => this.live.operations().slice(0, shownCount));
  protected readonly running = computed(() => this.live.operations().filter(({ state }) => state === 'running' || state === 'queued').length);
  protected readonly tones = tones;
  protected readonly open = signal(false);
  protected readonly logOpen = signal(false);
  protected readonly logOf = signal<Operation | null>(null);
  protected readonly lines = signal<readonly LogLine[]>([]);
  protected readonly failure = signal<ApiFailure | null>(null);

  protected async showLog(operation: Operation): Promise<void> {
    this.open.set(false);
    this.logOf.set(operation);
    this.lines.set([]);
    this.failure.set(null);
    this.logOpen.set(true);
    try {
      this.lines.set(await this.api.get('/operations/{id}/log', { params: { id: operation.id } }));
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    }
  }
}
