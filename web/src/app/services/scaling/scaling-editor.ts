import { Component, computed, input, model } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NzInputNumberModule } from 'ng-zorro-antd/input-number';
import { NzSwitchModule } from 'ng-zorro-antd/switch';
import type { Scaling } from '../../api';
import { FieldError } from '../../ui-kit';
import { clockOf, firstScaling, firstWindow, isTimeZone, minuteOf, scalingProblems, weekDays, withDay, withMin, type ScalingWindow } from './scaling-draft';
import { WeekView } from './week-view';

/** How many instances when: limits, what adds one, windows of the week, and whether none at all is allowed. */
@Component({
  selector: 'os-scaling-editor',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzIconModule, NzInputModule, NzInputNumberModule, NzSwitchModule, FieldError, WeekView],
  templateUrl: './scaling-editor.html',
  styleUrl: './scaling-editor.scss',
})
export class ScalingEditor {
  /** Null: as many instances as a person set. */
  readonly value = model.required<Scaling | null>();
  /** What is wanted now, to start from. */
  readonly instances = input(1);

  protected readonly weekDays = weekDays;
  protected readonly withMin = withMin;
  protected readonly withDay = withDay;
  protected readonly clockOf = clockOf;
  protected readonly zones = Intl.supportedValuesOf('timeZone');
  protected readonly problems = computed(() => {
    const value = this.value();
    return value === null ? [] : scalingProblems(value, isTimeZone);
  });
  /** Whether it may be saved as it is. */
  readonly valid = computed(() => this.problems().length === 0);

  protected toggle(on: boolean): void {
    this.value.set(on ? firstScaling(this.instances(), Intl.DateTimeFormat().resolvedOptions().timeZone) : null);
  }

  protected change(part: Partial<Scaling>): void {
    const value = this.value();
    if (value !== null) this.value.set({ ...value, ...part });
  }

  protected set(at: number, part: Partial<ScalingWindow>): void {
    this.change({ windows: (this.value()?.windows ?? []).map((window, index) => (index === at ? { ...window, ...part } : window)) });
  }

  /** A half-typed time changes nothing. */
  protected time(at: number, edge: 'fromMinute' | 'toMinute', clock: string): void {
    const minute = minuteOf(clock);
    if (minute !== null) this.set(at, { [edge]: minute });
  }

  protected add(scaling: Scaling): void {
    this.change({ windows: [...scaling.windows, firstWindow(scaling)] });
  }

  protected removeWindow(at: number): void {
    this.change({ windows: (this.value()?.windows ?? []).filter((_, index) => index !== at) });
  }

  protected has(word: string, window: number | null): boolean {
    return this.problems().some((problem) => problem.word === word && problem.window === window);
  }
}
