import { expect, it } from 'vitest';
import { ApiFailure } from '../../api';
import { failureWords } from '../../ui-kit';
import { asHubRefusal } from './hub-refusal';

it.each([
  ['bad-request', 'repository', 'kit.refusal.hub-repository'], ['invalid', 'repository', 'kit.refusal.hub-repository'], ['bad-request', 'revision', 'kit.refusal.hub-revision'], ['unavailable', undefined, 'kit.refusal.hub-away'],
  ['conflict', 'name', 'kit.refusal.conflict'], ['bad-request', undefined, 'kit.refusal.bad-request'],
] as const)('%s about %s is worded by %s', (code, field, title) => {
  const refusal = asHubRefusal(new ApiFailure(400, code, 'what the hub said', 'r1', field));
  expect(failureWords(refusal)).toMatchObject({ title, message: 'what the hub said' });
});
