import { describe, expect, it } from 'vitest';
import { hasFlag, withFlag } from './parameter-text';

describe('extended parameters', () => {
  it('appends a flag ready for its value', () => {
    expect(withFlag('', '--threads')).toBe('--threads ');
    expect(withFlag('--threads 4  ', '--dtype')).toBe('--threads 4 --dtype ');
  });

  it('does not repeat a flag, in either notation', () => {
    expect(withFlag('--dtype=half', '--dtype')).toBe('--dtype=half');
    expect(hasFlag('--dtype half', '--dtype')).toBe(true);
    expect(hasFlag('--kv-cache-dtype half', '--dtype')).toBe(false);
  });
});
