import { inspect } from 'node:util';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { newEd25519Key } from '../../test/bootstrap/fixtures/ed25519-key.js';
import { JobCredential } from './job-credential.js';
import { Secret } from './secret.js';

describe('a secret', () => {
  it('shows itself only when asked for', () => {
    const secret = new Secret('hunter2-and-more');
    const logged: string[] = [];
    pino({}, { write: (line: string) => void logged.push(line) }).info({ secret, job: { credential: JobCredential.of({ kind: 'password', password: 'hunter2-and-more' }) } }, String(secret));
    const shown = [String(secret), JSON.stringify({ secret }), inspect(secret, { showHidden: true, depth: 9 }), Object.values(secret).join(), JSON.stringify(structuredClone(secret)), ...logged].join('\n');
    expect(shown).not.toContain('hunter2');
    expect(secret.reveal()).toBe('hunter2-and-more');
  });

  it('is gone after wiping', () => {
    const secret = new Secret('x');
    secret.wipe();
    expect(() => secret.reveal()).toThrow(/wiped/);
  });
});

describe('a credential', () => {
  const locked = newEd25519Key('open-it');

  it('takes an encrypted key with its passphrase, and names the field otherwise', () => {
    expect(JobCredential.of({ kind: 'key', privateKey: locked, passphrase: 'open-it' }).values()).toContain('open-it');
    expect(() => JobCredential.of({ kind: 'key', privateKey: locked })).toThrow(expect.objectContaining({ extras: expect.objectContaining({ field: 'credential.passphrase' }) as unknown }));
    expect(() => JobCredential.of({ kind: 'key', privateKey: 'nonsense' })).toThrow(expect.objectContaining({ extras: { field: 'credential.privateKey' } }));
  });

  it('lists the lines of a key as secrets, not its frame', () => {
    const values = JobCredential.of({ kind: 'key', privateKey: locked, passphrase: 'open-it' }).values();
    expect(values.length).toBeGreaterThan(3);
    expect(values.some((value) => value.includes('-----'))).toBe(false);
  });
});
