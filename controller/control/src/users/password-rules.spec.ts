import { describe, expect, it } from 'vitest';
import { randomPassword, refuseKnownPassword } from './password-rules.js';
import { password } from './users.schema.js';

describe('password rules', () => {
  it.each(['123456a?', '123456A?', 'P@ssw0rd', 'openstation1!', '!Open.Station2', 'wanda123!'])('refuse %s', (known) => {
    expect(() => refuseKnownPassword(known, 'Wanda', 'next')).toThrow('next: is one of the passwords that are tried first');
  });

  it('let others be', () => {
    expect(() => refuseKnownPassword('Right-horse7?', 'wanda', 'next')).not.toThrow();
    expect(() => refuseKnownPassword('ab1!xyzwq', 'ab', 'next')).not.toThrow();
  });

  it('are fulfilled by made passwords, none of them twice', () => {
    const made = Array.from({ length: 200 }, randomPassword);
    expect(new Set(made).size).toBe(200);
    for (const one of made) expect([one.length, password.safeParse(one).success]).toEqual([20, true]);
  });
});
