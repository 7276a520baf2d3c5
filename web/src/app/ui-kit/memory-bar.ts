import { Component, computed, input } from '@angular/core';
import { BytesPipe } from './pipes';

export interface MemorySegment {
  /** Shown in the legend, already translated. */
  readonly label: string;
  readonly bytes: number;
  /** Number of the chart colour, 1 to 8; `idle` for what others use. */
  readonly colour: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 'idle';
}

/** What a memory is used for, as stacked segments of the whole, with a legend. Overflow is drawn in the colour of failure. */
@Component({
  selector: 'os-memory-bar',
  imports: [BytesPipe],
  template: `
    <div class="bar" [class.over]="over()" role="img" [attr.aria-label]="spoken()">
      @for (segment of segments(); track segment.label) {<div [style.flex-grow]="segment.bytes" [style.background]="colourOf(segment)" [title]="segment.label + ' ' + (segment.bytes | bytes)"></div>}
      @if (free() > 0) {<div class="free" [style.flex-grow]="free()"></div>}
    </div>
    <ul>
      @for (segment of segments(); track segment.label) {
        <li><i [style.background]="colourOf(segment)"></i>{{ segment.label }} <b>{{ segment.bytes | bytes }}</b></li>
      }
    </ul>
    <p [class.over]="over()">{{ used() | bytes }}@if (total() !== null) { / {{ total() | bytes }}}</p>
  `,
  styles: `
    :host { display: block; font-size: 12px; }
    .bar { display: flex; height: 14px; gap: 1px; border-radius: 4px; overflow: hidden; background: var(--os-sunken); }
    .bar > div { flex: 0 1 0; min-width: 0; }
    .bar.over { outline: 2px solid var(--os-bad); outline-offset: 1px; }
    ul { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 8px 0 0; padding: 0; list-style: none; color: var(--os-text-2); }
    i { display: inline-block; width: 8px; height: 8px; border-radius: 2px; margin-right: 6px; }
    b { font-weight: 500; color: var(--os-text); font-variant-numeric: tabular-nums; }
    p { margin: 4px 0 0; font-variant-numeric: tabular-nums; color: var(--os-text-2); }
    p.over { color: var(--os-bad-text); }
  `,
})
export class MemoryBar {
  readonly segments = input.required<readonly MemorySegment[]>();
  /** Bytes of the whole; null where there is none, as for a need that no memory meets: the bar is then the sum. */
  readonly total = input.required<number | null>();

  protected readonly used = computed(() => this.segments().reduce((sum, { bytes }) => sum + bytes, 0));
  private readonly whole = computed(() => this.total() ?? this.used());
  protected readonly free = computed(() => Math.max(0, this.whole() - this.used()));
  protected readonly over = computed(() => this.used() > this.whole());
  protected readonly spoken = computed(() => this.segments().map(({ label, bytes }) => `${label} ${Math.round((bytes / Math.max(1, this.whole())) * 100)}%`).join(', '));

  protected colourOf({ colour }: MemorySegment): string {
    return colour === 'idle' ? 'var(--os-idle)' : `var(--os-chart-${colour})`;
  }
}
