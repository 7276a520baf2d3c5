import { expect, it } from 'vitest';
import { TestAuthority } from '../../test/test-authority.js';
import { renewalTime } from './renewal-time.js';

it('lies between 50 and 80 % of the certificate\'s life', async () => {
  const authority = await TestAuthority.create();
  const { certificatePem } = await authority.issue({ role: 'agent', id: 'n' }, 'client');
  const from = Math.floor(Date.now() / 1000) * 1000 - 60_000;
  const life = 3_660_000;
  expect(Math.abs(renewalTime(certificatePem, () => 0) - (from + 0.5 * life))).toBeLessThan(3000);
  expect(Math.abs(renewalTime(certificatePem, () => 1) - (from + 0.8 * life))).toBeLessThan(3000);
});
