import { describe, expect, it } from 'vitest';
import { ApiError } from '../http/index.js';
import { PasswordHasher } from './password-hasher.js';

const cheap = { memoryKib: 64, passes: 1 };

describe('the password hasher', () => {
  it('makes argon2id hashes that only the password opens', async () => {
    const hasher = new PasswordHasher(cheap);
    const hash = await hasher.hash('Right-horse7?');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$/);
    expect([await hasher.matches('Right-horse7?', hash), await hasher.matches('Wrong-horse7?', hash)]).toEqual([true, false]);
  });

  it('says no without a hash, whatever the password, after as much work', async () => {
    const hasher = new PasswordHasher(cheap);
    await hasher.warmUp();
    expect(await hasher.matches('nobody has this password', undefined)).toBe(false);
    expect(await hasher.matches('', '')).toBe(false);
  });

  it('takes 4 at once and 64 waiting, and tells the rest to come back', async () => {
    const hasher = new PasswordHasher(cheap);
    const results = await Promise.allSettled(Array.from({ length: 80 }, () => hasher.hash('x')));
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as ApiError] : []));
    expect(refused).toHaveLength(80 - 4 - 64);
    expect(refused[0]).toMatchObject({ code: 'too-many', extras: { retryAfterSeconds: 5 } });
    await expect(hasher.hash('again')).resolves.toContain('argon2id');
  });
});
