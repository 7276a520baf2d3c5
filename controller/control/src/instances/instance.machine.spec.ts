import { describe, expect, it } from 'vitest';
import { instanceStates, isEnded, mayMove, type InstanceOwner, type InstanceState } from './instance.machine.js';

const owners: InstanceOwner[] = ['scheduler', 'agent', 'control'];
/** Written out again on purpose: a change of the table must be made in two places by somebody who means it. */
const allowed = new Set([
  'scheduler pending assigned',
  ...['preparing', 'starting', 'loading', 'running', 'stopped', 'failed'].map((to) => `agent assigned ${to}`),
  ...['starting', 'loading', 'running', 'stopped', 'failed'].map((to) => `agent preparing ${to}`),
  ...['loading', 'running', 'stopped', 'failed'].map((to) => `agent starting ${to}`),
  ...['running', 'stopped', 'failed'].map((to) => `agent loading ${to}`),
  ...['stopped', 'failed'].map((to) => `agent running ${to}`),
  'control pending stopped',
  ...['pending', 'assigned', 'preparing', 'starting', 'loading', 'running'].map((from) => `control ${from} failed`),
]);

describe('instance machine', () => {
  const pairs = owners.flatMap((owner) => instanceStates.flatMap((from) => instanceStates.map((to) => [owner, from, to] as const)));

  it.each(pairs)('%s: %s → %s', (owner, from, to) => {
    expect(mayMove(owner, from, to)).toBe(allowed.has(`${owner} ${from} ${to}`));
  });

  it('never moves backwards, whoever asks', () => {
    const rank = (state: InstanceState) => (isEnded(state) ? 6 : instanceStates.indexOf(state));
    for (const [owner, from, to] of pairs) if (mayMove(owner, from, to)) expect(rank(to)).toBeGreaterThan(rank(from));
  });
});
