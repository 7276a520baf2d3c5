import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { compareVersions, formatStatement, isReleaseVersion, isSigned, parseStatement, publicKeyText, signStatement } from './agent-release.js';

const statement = { version: '1.2.3', arch: 'x64', manifestSha256: 'a'.repeat(64) } as const;

describe('a release statement', () => {
  it('is read as it was written', () => {
    expect(parseStatement(formatStatement(statement))).toEqual(statement);
  });

  it.each([
    ['another first line', (text: string) => text.replace('release 1', 'release 2')],
    ['a line more', (text: string) => `${text}version 9.9.9\n`],
    ['a line less', (text: string) => text.replace(/arch.*\n/, '')],
    ['no end', (text: string) => text.slice(0, -1)],
    ['other line ends', (text: string) => text.replaceAll('\n', '\r\n')],
    ['an architecture nobody builds for', (text: string) => text.replace('x64', 'mips')],
    ['a version that is none', (text: string) => text.replace('1.2.3', '1.2')],
    ['a version with a path in it', (text: string) => text.replace('1.2.3', '../1.2.3')],
    ['upper-case hex', (text: string) => text.replace('aaaa', 'AAAA')],
    ['nothing', () => ''],
  ])('with %s is none', (_, spoil) => {
    expect(parseStatement(spoil(formatStatement(statement)))).toBeUndefined();
  });
});

describe('the signature of a statement', () => {
  const ours = generateKeyPairSync('ed25519').privateKey;
  const other = generateKeyPairSync('ed25519').privateKey;
  const text = formatStatement(statement);
  const signature = signStatement(text, ours);

  it('is good for one of the keys', () => {
    expect(isSigned(text, signature, [publicKeyText(other), publicKeyText(ours)])).toBe(true);
  });

  it('is good for nothing else', () => {
    expect(isSigned(text, signature, [publicKeyText(other)])).toBe(false);
    expect(isSigned(text, signature, [])).toBe(false);
    expect(isSigned(text.replace('1.2.3', '1.2.4'), signature, [publicKeyText(ours)])).toBe(false);
    expect(isSigned(text, signature.subarray(1), [publicKeyText(ours)])).toBe(false);
    for (const bit of [0, 100, 511]) {
      const spoilt = Buffer.from(signature);
      spoilt[bit >> 3] = (spoilt[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(isSigned(text, spoilt, [publicKeyText(ours)])).toBe(false);
    }
  });
});

describe('versions', () => {
  it('are in the order of semver.org', () => {
    const sorted = ['0.0.9', '0.1.0', '0.10.0', '1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta.2', '1.0.0-beta.11', '1.0.0-rc.1', '1.0.0', '1.0.1', '2.0.0'];
    for (const [index, version] of sorted.entries()) {
      expect(compareVersions(version, version)).toBe(0);
      for (const newer of sorted.slice(index + 1)) {
        expect(compareVersions(version, newer)).toBeLessThan(0);
        expect(compareVersions(newer, version)).toBeGreaterThan(0);
      }
    }
  });

  it('have no path, no blank and no leading zero', () => {
    expect(['1.2.3', '0.1.0-rc.1'].every(isReleaseVersion)).toBe(true);
    expect(['', '1', '1.2', 'v1.2.3', '01.2.3', '1.2.3-', '1.2.3-a/b', '1.2.3 ', '../1.2.3', '1.2.3+x', '1.2.3\n'].filter(isReleaseVersion)).toEqual([]);
  });
});
