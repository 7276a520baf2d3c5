import { Component, computed, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import type { Gpu } from '../../api';
import { BytesPipe, CopyText, NumberPipe, RelativeTime, StateTag, UsageCell } from '../../ui-kit';
import { SaidPipe } from '../../wording';
import { gpuState, percentOf } from './gpu-state';

/** One card: memory, utilisation, heat, power, its troubles, who uses it, and whether it is trusted. */
@Component({
  selector: 'os-gpu-card',
  imports: [TranslocoDirective, NzButtonModule, NzIconModule, BytesPipe, CopyText, NumberPipe, RelativeTime, SaidPipe, StateTag, UsageCell],
  templateUrl: './gpu-card.html',
  styleUrl: './gpu-card.scss',
  host: { class: 'card', '[class.held]': 'gpu().quarantine !== null' },
})
export class GpuCard {
  readonly gpu = input.required<Gpu>();
  /** Why its numbers are missing, a translation key. */
  readonly why = input('');
  readonly mayChange = input(false);
  /** Names of services by the instance that a process belongs to. */
  readonly serviceOf = input<ReadonlyMap<string, string>>(new Map());
  readonly quarantine = output();
  readonly release = output();

  protected readonly state = computed(() => gpuState(this.gpu()));
  protected readonly utilisation = computed(() => percentOf(this.gpu().utilisationRatio, 1));
  protected readonly power = computed(() => percentOf(this.gpu().powerWatts, this.gpu().powerLimitWatts));
}
