const CONTEXT = Buffer.from('openstation-recovery-v1\n');

/** What a member signs to get new certificates after its own ran out: a fixed word, so that the signature means nothing else, and the nonce. */
export function recoveryStatement(nonce: Uint8Array): Buffer {
  return Buffer.concat([CONTEXT, nonce]);
}
