import { describe, expect, it } from 'vitest';
import { credentialOf, noCredential } from './credential-draft';
import { emptySshDraft, nodeAt, sshProblems, type SshDraft } from './ssh-draft';

const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----';
const good: SshDraft = { ...emptySshDraft, name: 'gpu-2', host: '10.0.0.7', credential: { ...noCredential, password: 'x' } };
const problems = (change: Partial<SshDraft>) => sshProblems({ ...good, ...change }, [{ id: 'n1', name: 'gpu-1', address: '10.0.0.2' }]);
const withKey = (privateKey: string) => problems({ credential: { ...noCredential, method: 'key', privateKey } });

describe('a server to add', () => {
  it('is complete', () => expect(problems({})).toEqual({}));
  it('needs everything the guide asks for', () => expect(Object.keys(sshProblems(emptySshDraft, []))).toEqual(['name', 'host', 'password']));
  it('has a name of its own', () => expect(problems({ name: 'gpu-1' })).toEqual({ name: 'nodes.add.nameTaken' }));
  it.each(['https://10.0.0.7', 'root@10.0.0.7', '10.0.0.7/'])('is not "%s"', (host) => expect(problems({ host })).toEqual({ host: 'nodes.add.hostOnly' }));
  it.each(['10.0.0', '10.0.0.300', '10..0.1', 'gpu 1'])('is not "%s" either', (host) => expect(problems({ host })).toEqual({ host: 'nodes.add.hostWrong' }));
  it.each(['gpu-7.lan', 'fd00::7', '10.0.0.255'])('may be %s', (host) => expect(problems({ host })).toEqual({}));
  it.each([0, 70_000, 1.5, null])('has no port %s', (port) => expect(problems({ port })).toEqual({ port: 'nodes.add.portWrong' }));
  it('tells a public key from a private one', () => {
    expect(withKey('ssh-ed25519 AAAA root@x')).toEqual({ privateKey: 'nodes.add.keyIsPublic' });
    expect(withKey('-----BEGIN OPENSSH PRIVATE KEY-----')).toEqual({ privateKey: 'nodes.add.keyWrong' });
    expect(withKey(`\n${key}\n`)).toEqual({});
  });
  it('is perhaps a node already', () => expect([nodeAt(' 10.0.0.2 ', [{ name: 'gpu-1', address: '10.0.0.2' }]), nodeAt('', [{ name: 'x', address: '' }])]).toEqual(['gpu-1', null]));
});

describe('the credential that is sent', () => {
  it('holds a password only when one was chosen', () => expect(credentialOf({ ...noCredential, password: 'p', privateKey: key })).toEqual({ kind: 'password', password: 'p' }));
  it('ends a key with a line break, and brings what sudo needs', () => {
    expect(credentialOf({ ...noCredential, user: 'ada', method: 'key', password: 'p', privateKey: key, passphrase: 'q', sudoPassword: 's' })).toEqual({ kind: 'key', privateKey: `${key}\n`, passphrase: 'q', sudoPassword: 's' });
    expect(credentialOf({ ...noCredential, method: 'key', privateKey: key, sudoPassword: 's' })).toEqual({ kind: 'key', privateKey: `${key}\n` });
  });
});
