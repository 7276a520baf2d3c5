import { describe, expect, it } from 'vitest';
import { isAllowed, passwordRules } from './password-rules';

describe('password rules', () => {
  const missed = (password: string) => passwordRules(password).filter(({ met }) => !met).map(({ key }) => key);

  it('ticks each rule by itself', () => {
    expect(missed('')).toEqual(['length', 'digit', 'lower', 'symbol']);
    expect(missed('ABCDEFGH')).toEqual(['digit', 'lower', 'symbol']);
    expect(missed('a1!')).toEqual(['length']);
    expect(missed('abcdefg1-')).toEqual(['symbol']);
  });

  it('accepts the default of the guide and needs no upper case', () => expect(isAllowed('123456a?')).toBe(true));
  it('refuses what is longer than the controller takes', () => expect(isAllowed(`a1!${'x'.repeat(130)}`)).toBe(false));
});
