import type { EChartsCoreOption } from 'echarts/core';
import { formatBytes, formatDuration, formatNumber } from './format';

/** Percent as 0 to 100, bytes and bytes a second in steps of 1024. */
export type ChartUnit = 'count' | 'ms' | 'percent' | 'bytes' | 'bytesPerSecond' | 'celsius' | 'watts' | 'load';

/** How far the time axis reaches, whatever was measured: a gap at an end is seen as one. */
export interface ChartWindow {
  readonly from: string;
  readonly to: string;
}

export interface ChartSeries {
  /** Already translated. */
  readonly label: string;
  readonly kind: 'line' | 'bar';
  readonly unit: ChartUnit;
  /** Number of the chart colour. */
  readonly colour: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
  /** ISO instant and value; null leaves a gap. */
  readonly points: readonly (readonly [string, number | null])[];
  /** Drawn thin, as the highest value beside a mean. */
  readonly thin?: boolean;
}

/** Looks a token up: `colour('text-2')`. */
export type ChartColours = (name: string) => string;

/** The ECharts option of a time chart: one axis a unit, the first unit at the left. */
export function chartOption(series: readonly ChartSeries[], language: 'zh' | 'en', colour: ChartColours, window: ChartWindow | null = null): EChartsCoreOption {
  const units = [...new Set(series.map(({ unit }) => unit))];
  const inUnit = (unit: ChartUnit) => (value: number | null) => words(unit, value, language);
  return {
    animation: false,
    textStyle: { fontFamily: 'inherit' },
    grid: { left: 8, right: 8, top: 36, bottom: 4, containLabel: true },
    legend: { top: 0, left: 4, icon: 'roundRect', itemWidth: 10, itemHeight: 10, textStyle: { color: colour('text-2'), fontSize: 12 } },
    tooltip: {
      trigger: 'axis', backgroundColor: colour('raised'), borderColor: colour('line-soft'), textStyle: { color: colour('text'), fontSize: 12 },
      axisPointer: { lineStyle: { color: colour('line') } },
    },
    xAxis: {
      type: 'time', ...(window ? { min: window.from, max: window.to } : {}), axisLine: { lineStyle: { color: colour('line') } }, axisTick: { show: false }, splitLine: { show: false },
      axisLabel: { color: colour('text-3'), fontSize: 11, hideOverlap: true },
    },
    yAxis: units.map((unit, index) => ({
      type: 'value', min: 0, ...scaleOf(unit, series), position: index === 0 ? 'left' : 'right', splitNumber: 4, minInterval: unit === 'count' ? 1 : 0,
      splitLine: { show: index === 0, lineStyle: { color: colour('line-soft') } },
      axisLabel: { color: colour('text-3'), fontSize: 11, formatter: inUnit(unit) },
    })),
    series: series.map(({ label, kind, unit, colour: number, points, thin = false }) => ({
      name: label, type: kind, yAxisIndex: units.indexOf(unit), data: kind === 'line' ? withDots(points) : points.map(([at, value]) => [at, value]),
      itemStyle: { color: colour(`chart-${number}`), ...(kind === 'bar' ? { borderRadius: [2, 2, 0, 0], opacity: 0.75 } : {}) },
      ...(kind === 'line' ? { symbol: 'none', showAllSymbol: true, lineStyle: thin ? { width: 1, opacity: 0.55 } : { width: 2 }, connectNulls: false } : { barMaxWidth: 14 }),
      tooltip: { valueFormatter: (value: unknown) => inUnit(unit)(typeof value === 'number' ? value : null) },
    })),
  };
}

/** Percent in quarters; bytes in steps that are round in the units they are worded in, which steps of ten are not. */
function scaleOf(unit: ChartUnit, series: readonly ChartSeries[]): { readonly max?: number; readonly interval?: number } {
  if (unit === 'percent') return { max: 100, interval: 25 };
  if (unit !== 'bytes' && unit !== 'bytesPerSecond') return {};
  const highest = Math.max(1, ...series.filter((each) => each.unit === unit).flatMap(({ points }) => points.map(([, value]) => value ?? 0)));
  const base = 1024 ** Math.floor(Math.log(highest) / Math.log(1024));
  const interval = ([1, 2, 5, 10, 20, 50, 100, 200, 250, 500].find((step) => highest <= step * base * 5) ?? 500) * base * (highest <= base * 2.5 ? 0.5 : 1);
  return { max: Math.ceil(highest / interval) * interval, interval };
}

function words(unit: ChartUnit, value: number | null, language: 'zh' | 'en'): string {
  if (unit === 'ms') return formatDuration(value, language);
  if (unit === 'bytes') return formatBytes(value);
  if (unit === 'bytesPerSecond') return value === null ? formatBytes(value) : `${formatBytes(value)}/s`;
  const suffix = value === null ? '' : ({ count: '', load: '', percent: '%', celsius: ' °C', watts: ' W' } as const)[unit];
  return formatNumber(value, unit === 'load' && value !== null && value < 10 ? 1 : 0, language) + suffix;
}

/** A line needs two neighbours: a point between two gaps is drawn as a dot, or nobody would see it. */
function withDots(points: ChartSeries['points']) {
  const gap = (index: number) => (points[index]?.[1] ?? null) === null;
  return points.map(([at, value], index) => (gap(index - 1) && gap(index + 1) && value !== null ? { value: [at, value], symbol: 'circle', symbolSize: 6 } : { value: [at, value] }));
}
