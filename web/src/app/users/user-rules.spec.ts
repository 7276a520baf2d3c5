import { describe, expect, it } from 'vitest';
import type { User } from '../api';
import { actionsFor, emailProblem, inTableOrder, matchesUser, usernameProblem } from './user-rules';

const user = (over: Partial<User>): User => ({ id: 'u', username: 'alice', email: null, builtIn: false, status: 'enabled', createdAt: '2026-01-01T00:00:00Z', ...over }) as User;

describe('user rules', () => {
  it.each([['alice', null], ['李雷', null], ['', 'required'], ['a b', 'characters'], ['x'.repeat(65), 'tooLong'], ['Bob', 'taken']] as const)('username "%s": %s', (typed, problem) => {
    expect(usernameProblem(typed, new Set(['bob']))).toBe(problem);
  });

  it.each([['', null], ['a@b.cn', null], ['a@b', 'format'], ['a b@c.de', 'format'], [`${'x'.repeat(250)}@b.cn`, 'tooLong']] as const)('e-mail "%s": %s', (typed, problem) => {
    expect(emailProblem(typed)).toBe(problem);
  });

  it('protects the built-in administrator', () => {
    expect([...actionsFor(user({ builtIn: true }), 'other')]).toEqual(['keys']);
  });

  it('lets nobody disable, delete or reset themselves', () => {
    expect([...actionsFor(user({}), 'u')].sort()).toEqual(['edit', 'keys']);
  });

  it('offers the opposite of the status', () => {
    expect(actionsFor(user({}), 'me').has('disable')).toBe(true);
    const disabled = actionsFor(user({ status: 'disabled' }), 'me');
    expect([disabled.has('disable'), disabled.has('enable')]).toEqual([false, true]);
  });

  it('lists the newest first and the built-in one last', () => {
    const order = inTableOrder([user({ id: 'admin', builtIn: true, createdAt: '2027-01-01T00:00:00Z' }), user({ id: 'old' }), user({ id: 'new', createdAt: '2026-02-01T00:00:00Z' })]);
    expect(order.map((each) => each.id)).toEqual(['new', 'old', 'admin']);
  });

  it('searches name and e-mail', () => {
    expect(matchesUser(user({ email: 'Alice@Example.com' }), 'example ali')).toBe(true);
    expect(matchesUser(user({}), 'bob')).toBe(false);
  });
});
