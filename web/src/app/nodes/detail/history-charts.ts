import type { Gpu, NodeHistory } from '../../api';
import type { ChartSeries, ChartUnit, ChartWindow } from '../../ui-kit';

/** A chart of the page: its title (a translation key with values) and the lines in it. */
export interface HistoryChart {
  readonly id: string;
  readonly title: string;
  readonly values: Readonly<Record<string, string | number>>;
  readonly series: readonly ChartSeries[];
}

interface Line {
  readonly metric: string;
  /** Translation key of its name. */
  readonly label: string;
  readonly unit: ChartUnit;
  readonly colour: ChartSeries['colour'];
  readonly factor?: number;
  /** The highest value of each step beside the mean. */
  readonly withMax?: boolean;
}

const ofNode: readonly { readonly id: string; readonly lines: readonly Line[] }[] = [
  { id: 'cpu', lines: [{ metric: 'cpu', label: 'cpu', unit: 'percent', colour: 1, factor: 100, withMax: true }, { metric: 'load1', label: 'load', unit: 'load', colour: 2 }] },
  { id: 'memory', lines: [{ metric: 'memory', label: 'used', unit: 'bytes', colour: 3, withMax: true }] },
  { id: 'disk', lines: [{ metric: 'disk-read', label: 'read', unit: 'bytesPerSecond', colour: 4 }, { metric: 'disk-write', label: 'write', unit: 'bytesPerSecond', colour: 2 }] },
  { id: 'storage', lines: [{ metric: 'disk', label: 'used', unit: 'bytes', colour: 7 }] },
  { id: 'network', lines: [{ metric: 'network-rx', label: 'in', unit: 'bytesPerSecond', colour: 6 }, { metric: 'network-tx', label: 'out', unit: 'bytesPerSecond', colour: 5 }] },
];
const ofGpu: readonly { readonly id: string; readonly lines: readonly Line[] }[] = [
  { id: 'gpuUse', lines: [{ metric: 'gpu-utilisation', label: 'utilisation', unit: 'percent', colour: 1, factor: 100 }, { metric: 'gpu-memory', label: 'gpuMemory', unit: 'bytes', colour: 3 }] },
  { id: 'gpuHeat', lines: [{ metric: 'gpu-temperature', label: 'temperature', unit: 'celsius', colour: 2 }, { metric: 'gpu-power', label: 'power', unit: 'watts', colour: 7 }] },
];

/** The charts of a history: those of the node, then two of each card; a metric that was never measured has none. */
export function historyCharts(history: NodeHistory, gpus: readonly Pick<Gpu, 'uuid' | 'index' | 'name'>[], label: (key: string) => string): readonly HistoryChart[] {
  const charts = ofNode.map(({ id, lines }) => ({ id, title: `nodes.chart.${id}`, values: {}, series: seriesOf(history, lines, null, label) }));
  const cards = gpus.flatMap((gpu) =>
    ofGpu.map(({ id, lines }) => ({ id: `${id} ${gpu.uuid}`, title: `nodes.chart.${id}`, values: { index: gpu.index, name: gpu.name }, series: seriesOf(history, lines, gpu.uuid, label) })),
  );
  return [...charts, ...cards].filter(({ series }) => series.length > 0);
}

/** The time that was asked for, up to now: silence at an end is a gap and not a shorter axis. */
export function historyWindow(minutes: number, now: Date): ChartWindow {
  return { from: new Date(now.getTime() - minutes * 60_000).toISOString(), to: now.toISOString() };
}

function seriesOf(history: NodeHistory, lines: readonly Line[], gpuUuid: string | null, label: (key: string) => string): readonly ChartSeries[] {
  return lines.flatMap(({ metric, label: key, unit, colour, factor = 1, withMax = false }) => {
    const found = history.series.find((each) => each.metric === metric && each.gpuUuid === gpuUuid);
    if (!found?.values.some((value) => value !== null)) return [];
    const points = (values: readonly (number | null)[]) => history.at.map((at, index) => [at, scaled(values[index] ?? null, factor)] as const);
    const mean: ChartSeries = { label: label(`nodes.chart.line.${key}`), kind: 'line', unit, colour, points: points(found.values) };
    // Over short windows a step is one measurement: its highest value says nothing more.
    if (!withMax || history.stepSeconds < 120) return [mean];
    return [mean, { ...mean, label: label('nodes.chart.line.highest'), points: points(found.max), thin: true }];
  });
}

function scaled(value: number | null, factor: number): number | null {
  return value === null ? null : Math.round(value * factor * 100) / 100;
}
