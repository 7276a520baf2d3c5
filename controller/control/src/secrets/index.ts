export { openSecrets, type Secrets } from './open-secrets.js';
export { Secret } from './secret.js';
export { SecretBox } from './secret-box.js';
export { Vault } from './vault.js';
