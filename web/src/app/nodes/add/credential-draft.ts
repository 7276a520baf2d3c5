import type { ServerCredential } from '../../api';

/** What a person types to let the platform in once. It lives in the form only. */
export interface CredentialDraft {
  readonly user: string;
  readonly method: 'password' | 'key';
  readonly password: string;
  readonly privateKey: string;
  readonly passphrase: string;
  /** Of a user who needs one for sudo and signs in by key. */
  readonly sudoPassword: string;
}

export const noCredential: CredentialDraft = { user: 'root', method: 'password', password: '', privateKey: '', passphrase: '', sudoPassword: '' };

export type CredentialProblems = Partial<Record<'user' | 'password' | 'privateKey', string>>;

/** What is wrong, field by field, as translation keys. */
export function credentialProblems({ user, method, password, privateKey }: CredentialDraft): CredentialProblems {
  return {
    ...(/^[a-z_][a-z0-9_-]{0,31}$/.test(user.trim()) ? {} : { user: user.trim() === '' ? 'nodes.add.needed' : 'nodes.add.userWrong' }),
    ...(method === 'password' && password === '' ? { password: 'nodes.add.needed' } : {}),
    ...(method === 'key' ? keyProblem(privateKey) : {}),
  };
}

/** As the API takes it; only what belongs to the chosen way. */
export function credentialOf({ user, method, password, privateKey, passphrase, sudoPassword }: CredentialDraft): ServerCredential {
  if (method === 'password') return { kind: 'password', password };
  return {
    kind: 'key', privateKey: `${privateKey.trim()}\n`,
    ...(passphrase === '' ? {} : { passphrase }),
    ...(sudoPassword === '' || user.trim() === 'root' ? {} : { sudoPassword }),
  };
}

function keyProblem(privateKey: string): CredentialProblems {
  const text = privateKey.trim();
  if (text === '') return { privateKey: 'nodes.add.needed' };
  if (/^(ssh-|ecdsa-)\S+ /.test(text) || text.includes('PUBLIC KEY')) return { privateKey: 'nodes.add.keyIsPublic' };
  return /^-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+-----END [A-Z ]*PRIVATE KEY-----$/.test(text) ? {} : { privateKey: 'nodes.add.keyWrong' };
}
