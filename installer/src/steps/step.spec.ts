import { describe, expect, it } from 'vitest';
import { runSteps, type Stage, type Step } from './step.js';

class Told implements Stage {
  readonly lines: string[] = [];
  begin(title: string): void { this.lines.push(`begin ${title}`); }
  detail(title: string, what: string): void { this.lines.push(`${title}: ${what}`); }
  done(title: string, what: string): void { this.lines.push(`done ${title}: ${what}`); }
  failed(title: string): void { this.lines.push(`failed ${title}`); }
}

function step(title: string, more: Partial<Step<string[]>> = {}): Step<string[]> {
  return {
    title,
    check: async () => undefined,
    apply: async (context, tell) => {
      tell('working');
      context.push(title);
    },
    verify: async () => 'made',
    ...more,
  };
}

describe('a story of steps', () => {
  it('does what is missing and only looks at what is there', async () => {
    const stage = new Told();
    const applied: string[] = [];
    await runSteps([step('one'), step('two', { check: async () => 'there already' })], applied, stage, new AbortController().signal);
    expect(applied).toEqual(['one']);
    expect(stage.lines).toEqual(['begin one', 'one: working', 'done one: made', 'begin two', 'done two: there already']);
  });

  it('ends at the first failure, also when only the verification fails', async () => {
    const stage = new Told();
    const applied: string[] = [];
    const broken = step('two', { verify: async () => { throw new Error('not there'); } });
    await expect(runSteps([step('one'), broken, step('three')], applied, stage, new AbortController().signal)).rejects.toThrow('not there');
    expect(applied).toEqual(['one', 'two']);
    expect(stage.lines.at(-1)).toBe('failed two');
  });

  it('does not go on after the signal', async () => {
    const stop = new AbortController();
    const applied: string[] = [];
    const stopping = step('one', { apply: async () => stop.abort(new Error('stopped by hand')) });
    await expect(runSteps([stopping, step('two')], applied, new Told(), stop.signal)).rejects.toThrow('stopped by hand');
    expect(applied).toEqual([]);
  });
});
