import { describe, expect, it } from 'vitest';
import { stepOfField } from './wizard-steps';

describe('a refusal at the last step', () => {
  it.each([['name', 0], ['parameters', 1], ['nodeIds.0', 1], ['instances', null], [undefined, null]] as const)('about %s leads to step %s', (field, step) => {
    expect(stepOfField(field)).toBe(step);
  });
});
