import { describe, expect, it } from 'vitest';
import { CallLimits } from './call-limits.js';

const admit = (limits: CallLimits, key: string) => {
  const admission = limits.admit(key);
  return admission.admitted ? admission.release : admission.error.code;
};

describe('call limits', () => {
  it('caps each key and all of them, and frees exactly once', () => {
    const limits = new CallLimits({ calls: 3, callsPerKey: 2 });
    const release = admit(limits, 'a');
    admit(limits, 'a');
    expect(admit(limits, 'a')).toBe('rate_limit_exceeded');
    admit(limits, 'b');
    expect(admit(limits, 'b')).toBe('overloaded');
    if (typeof release === 'function') {
      release();
      release();
    }
    expect(limits.calls).toBe(2);
    expect(typeof admit(limits, 'a')).toBe('function');
    expect(admit(limits, 'a')).toBe('rate_limit_exceeded');
  });
});
