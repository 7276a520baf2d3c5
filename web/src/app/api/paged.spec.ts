import { describe, expect, it } from 'vitest';
import { Paged, type Page } from './paged';

describe('a list in pages', () => {
  it('goes on where the last page ended, and starts anew', async () => {
    const asked: (string | undefined)[] = [];
    const list = new Paged<number>(async (before) => {
      asked.push(before);
      return before === undefined ? { items: [3, 2], next: 'two' } : { items: [1], next: null };
    });
    await list.start();
    await list.older();
    await list.older();
    expect([list.items(), list.more(), asked]).toEqual([[3, 2, 1], false, [undefined, 'two']]);
    await list.start();
    expect([list.items(), list.more()]).toEqual([[3, 2], true]);
  });

  it('drops an answer that comes after it was started anew', async () => {
    const answers: ((page: Page<number>) => void)[] = [];
    const list = new Paged<number>(() => new Promise((answer) => answers.push(answer)));
    const first = list.start();
    const second = list.start();
    answers[1]?.({ items: [2], next: null });
    await second;
    answers[0]?.({ items: [1], next: null });
    await first;
    expect(list.items()).toEqual([2]);
  });

  it('keeps what it has when a later page fails', async () => {
    let fail = false;
    const list = new Paged<number>(async () => {
      if (fail) throw new Error('away');
      return { items: [1], next: 'more' };
    });
    await list.start();
    fail = true;
    await list.older();
    expect([list.items(), list.failure()?.message, list.busy()]).toEqual([[1], 'away', false]);
  });
});
