import { Component, computed, inject, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzPopoverModule } from 'ng-zorro-antd/popover';
import { LiveStore, type Operation } from '../api';
import { isOpen, OperationLogDrawer, OperationProgress, operationTone, ShownStepsPipe } from '../operations';
import { RelativeTime, StateTag, StepList } from '../ui-kit';
import { OperationTitlePipe, WordPipe } from '../wording';
import { operationLink, trayOrder } from './operation-link';

const shownCount = 10;

/** Running jobs with percent, speed and steps, those that wait for a person first; finished ones on one line, each with its log. */
@Component({
  selector: 'os-operations-tray',
  imports: [RouterLink, TranslocoDirective, NzIconModule, NzPopoverModule, OperationLogDrawer, OperationProgress, OperationTitlePipe, RelativeTime, ShownStepsPipe, StateTag, StepList, WordPipe],
  templateUrl: './operations-tray.html',
  styleUrl: './operations-tray.scss',
})
export class OperationsTray {
  private readonly live = inject(LiveStore);

  protected readonly operations = computed(() => trayOrder(this.live.operations()).slice(0, shownCount));
  protected readonly running = computed(() => this.live.operations().filter(isOpen).length);
  protected readonly waiting = computed(() => this.live.operations().filter(({ state }) => state === 'waiting').length);
  protected readonly tones = operationTone;
  protected readonly isOpen = isOpen;
  protected readonly link = operationLink;
  protected readonly open = signal(false);
  protected readonly logOf = signal<Operation | null>(null);
  /** Whose steps are unfolded. */
  protected readonly unfolded = signal<string | null>(null);

  protected showLog(operation: Operation): void {
    this.open.set(false);
    this.logOf.set(operation);
  }

  protected toggle({ id }: Operation): void {
    this.unfolded.update((shown) => (shown === id ? null : id));
  }
}
