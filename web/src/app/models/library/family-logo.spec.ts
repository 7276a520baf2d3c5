import { expect, it } from 'vitest';
import { initialsOf } from './family-logo';

it.each([['My Own-Model', 'MO'], ['qwen', 'Q'], ['我的 模型', '我'], ['', ''], ['a.b.c', 'AB']])('the initials of "%s" are %s', (name, initials) => expect(initialsOf(name)).toBe(initials));
