import { describe, expect, it } from 'vitest';
import type { NodeHistory } from '../../api';
import { historyCharts, historyWindow } from './history-charts';

const at = ['2026-11-23T05:00:00Z', '2026-11-23T05:01:00Z', '2026-11-23T05:02:00Z'];
const line = (metric: string, values: (number | null)[], gpuUuid: string | null = null): NodeHistory['series'][number] => ({ metric, gpuUuid, values, max: values.map((value) => (value === null ? null : value * 2)) });
const charts = (series: NodeHistory['series'], stepSeconds = 60) => historyCharts({ stepSeconds, at, series }, [{ uuid: 'GPU-0', index: 0, name: 'A100' }], (key) => key.replace('nodes.chart.line.', ''));

describe('charts of a history', () => {
  it('turn ratios into percent and keep gaps as gaps', () => {
    const [cpu] = charts([line('cpu', [0.5, null, 0.25])]);
    expect([cpu?.id, cpu?.series[0]?.points]).toEqual(['cpu', [[at[0], 50], [at[1], null], [at[2], 25]]]);
  });
  it('leave out what was never measured', () => expect(charts([line('cpu', [null, null, null]), line('memory', [1, 2, 3])]).map(({ id }) => id)).toEqual(['memory']));
  it('show the highest beside the mean only where a step holds many measurements', () => {
    const labels = (stepSeconds: number) => charts([line('memory', [1, 2, 3])], stepSeconds)[0]?.series.map(({ label }) => label);
    expect([labels(60), labels(900)]).toEqual([['used'], ['used', 'highest']]);
  });
  it('have those of each card after those of the node', () => {
    const found = charts([line('gpu-power', [200, 210, 220], 'GPU-0'), line('gpu-power', [1, 1, 1], 'GPU-gone'), line('cpu', [0, 0, 0])]);
    expect(found.map(({ id, values }) => [id, values])).toEqual([['cpu', {}], ['gpuHeat GPU-0', { index: 0, name: 'A100' }]]);
  });
  it('reach over the whole window', () => expect(historyWindow(60, new Date('2026-11-23T06:00:00Z'))).toEqual({ from: '2026-11-23T05:00:00.000Z', to: '2026-11-23T06:00:00.000Z' }));
});
