import { describe, expect, it } from 'vitest';
import type { Plan } from '../../api';
import { idleCards } from './idle-cards';

const card = (nodeName: string, index: number, reasonCode: string, more: Partial<Plan['cards'][number]> = {}): Plan['cards'][number] => ({
  nodeId: nodeName, nodeName, uuid: `${nodeName}-${index}`, index, name: 'NVIDIA A100', memoryBytes: 80e9, freeBytes: 80e9, chosen: reasonCode === 'chosen', reasonCode, reason: reasonCode, ...more,
});
const told = (cards: readonly Plan['cards'][number][]) => idleCards({ cards } as unknown as Plan).map(({ nodeName, groups }) => [nodeName, ...groups.map(({ cards: which, words, reason }) => `${which}: ${words?.key ?? reason}`)]);

describe('cards that a plan does not use', () => {
  it('are told once for each node and reason', () => {
    expect(told([card('a', 0, 'taken'), card('a', 1, 'chosen'), card('a', 2, 'not-needed'), card('a', 3, 'taken'), card('b', 0, 'taken')])).toEqual([
      ['a', 'GPU_0, GPU_3: services.plan.reason.taken', 'GPU_2: services.plan.card.not-needed'],
      ['b', 'GPU_0: services.plan.reason.taken'],
    ]);
  });

  it('stay apart where their numbers differ', () => {
    expect(told([card('a', 0, 'in-use', { freeBytes: 1e9 }), card('a', 1, 'in-use', { freeBytes: 2e9 })])[0]).toHaveLength(3);
  });

  it('stay together where only numbers differ that nobody is told', () => {
    expect(told([card('a', 0, 'unavailable', { freeBytes: 1e9 }), card('a', 1, 'unavailable', { freeBytes: 2e9 }), card('a', 2, 'quarantine', { freeBytes: 3e9 })])).toEqual([['a', 'GPU_0, GPU_1: services.plan.reason.unavailable', 'GPU_2: services.plan.reason.quarantine']]);
  });

  it('keep a reason that has no words', () => expect(told([card('a', 0, 'eaten by a grue')])).toEqual([['a', 'GPU_0: eaten by a grue']]));
});
