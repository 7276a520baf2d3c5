import { Component, DestroyRef, ElementRef, afterNextRender, effect, inject, input, signal, viewChild } from '@angular/core';
import type { ECharts } from 'echarts/core';
import { Language } from '../i18n';
import { Theme } from '../look';
import { chartOption, type ChartColours, type ChartSeries, type ChartWindow } from './chart-option';

/** Series over time in the browser's zone. ECharts arrives with the first chart. */
@Component({
  selector: 'os-time-chart',
  template: `<div #host class="host" role="img" [attr.aria-label]="label()"></div>`,
  styles: `:host { display: block; height: 240px; } .host { width: 100%; height: 100%; }`,
})
export class TimeChart {
  private readonly theme = inject(Theme);
  private readonly language = inject(Language);
  private readonly host = viewChild.required<ElementRef<HTMLDivElement>>('host');
  private readonly chart = signal<ECharts | null>(null);

  readonly series = input.required<readonly ChartSeries[]>();
  /** How far the time axis reaches; as far as the points when absent. */
  readonly window = input<ChartWindow | null>(null);
  /** What the chart shows, for those who cannot see it. */
  readonly label = input.required<string>();

  constructor() {
    const destroy = inject(DestroyRef);
    let gone = false;
    destroy.onDestroy(() => {
      gone = true;
      this.chart()?.dispose();
    });
    const draw = async () => {
      const { createChart } = await import('./echarts');
      if (gone) return;
      const chart = createChart(this.host().nativeElement);
      const observer = new ResizeObserver(() => chart.resize());
      observer.observe(this.host().nativeElement);
      destroy.onDestroy(() => observer.disconnect());
      this.chart.set(chart);
    };
    afterNextRender(() => void draw());
    effect(() => {
      // Read, so that a switch of theme draws the chart again in its colours.
      this.theme.dark();
      this.chart()?.setOption(chartOption(this.series(), this.language.current(), coloursOf(this.host().nativeElement), this.window()), { notMerge: true });
    });
  }
}

function coloursOf(element: HTMLElement): ChartColours {
  const style = getComputedStyle(element);
  return (name) => style.getPropertyValue(`--os-${name}`).trim();
}
