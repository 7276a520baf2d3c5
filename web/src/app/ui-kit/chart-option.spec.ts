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
