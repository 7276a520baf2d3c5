import { describe, expect, it } from 'vitest';
import { chartOption, type ChartSeries } from './chart-option';

const line = (...values: (number | null)[]): ChartSeries => ({ label: 'TTFT', kind: 'line', unit: 'ms', colour: 2, points: values.map((value, minute) => [`2026-11-23T06:0${minute}:00Z`, value]) });
const dots = (series: ChartSeries) => {
  const [drawn] = chartOption([series], 'en', (name) => name)['series'] as [{ data: { symbol?: string }[] }];
  return drawn.data.map(({ symbol }) => (symbol === undefined ? '-' : 'o')).join('');
};

describe('a line of a time chart', () => {
  it('draws points that stand alone as dots', () => expect(dots(line(null, 4, null, null, 7))).toBe('-o--o'));
  it('leaves points with a neighbour to the line', () => expect(dots(line(3, 4, null, 5, 6))).toBe('-----'));
  it('draws the only point there is', () => expect(dots(line(4))).toBe('o'));
});

describe('the axes', () => {
  const option = (series: ChartSeries[], window?: { from: string; to: string }) => chartOption(series, 'en', (name) => name, window);
  const valueAxis = (unit: ChartSeries['unit'], value: number) => (option([{ ...line(1), unit }])['yAxis'] as [{ axisLabel: { formatter: (value: number) => string } }])[0].axisLabel.formatter(value);

  it('reach over the whole window, so that silence at its end is seen', () => {
    expect(option([line(1)], { from: '2026-11-23T05:00:00Z', to: '2026-11-23T06:00:00Z' })['xAxis']).toMatchObject({ min: '2026-11-23T05:00:00Z', max: '2026-11-23T06:00:00Z' });
  });
  it.each([['percent', 40, '40%'], ['bytes', 5 * 1024 ** 3, '5 GB'], ['bytesPerSecond', 1024 ** 2, '1 MB/s'], ['celsius', 61, '61 °C'], ['watts', 250, '250 W'], ['load', 2.25, '2.3']] as const)('word %s', (unit, value, words) => {
    expect(valueAxis(unit, value)).toBe(words);
  });
  it('step bytes in round units', () => {
    const scale = (highest: number) => (option([{ ...line(highest), unit: 'bytes' }])['yAxis'] as [{ max: number; interval: number }])[0];
    expect(scale(206 * 1024 ** 3)).toMatchObject({ interval: 50 * 1024 ** 3, max: 250 * 1024 ** 3 });
    expect(scale(1.2 * 1024 ** 4)).toMatchObject({ interval: 0.5 * 1024 ** 4, max: 1.5 * 1024 ** 4 });
    expect(scale(0).max).toBeGreaterThan(0);
  });
});
