import { describe, expect, it } from 'vitest';
import { ggufBytes } from '../../test/cluster/fixtures/gguf-writer.js';
import { LLAMA_CONFIG, safetensorsBytes } from '../../test/cluster/fixtures/safetensors-writer.js';
import { examineModel } from './examine-model.js';
import { reportedDirectory } from './model-directory.js';

/*
 * Whole files, damaged at random: whatever comes, the answer is facts or findings, and soon. The seed of a failing round is
 * in its message; set it as SEED to see the round again.
 */
const SEED = 20_261_123;
const BUDGET_MS = 2_500;
/** Values that have broken parsers before: limits of signed and unsigned numbers, structure of JSON. */
const CURSED = [0, 1, 0x7f, 0x80, 0xff, 0x22, 0x5b, 0x5d, 0x7b, 0x7d, 0x2c, 0x3a, 0x2d, 0x65];

describe('random damage', () => {
  const files = {
    safetensors: new Map([
      ['config.json', Buffer.from(JSON.stringify({ ...LLAMA_CONFIG, quantization_config: { quant_method: 'awq', bits: 4 }, rope_scaling: { type: 'yarn', factor: 4, original_max_position_embeddings: 8 } }))],
      ['a.safetensors', safetensorsBytes({ x: { dtype: 'BF16', shape: [2, 4] }, 'y.qweight': { dtype: 'I32', shape: [3] } }, { format: 'pt' })],
      ['model.safetensors.index.json', Buffer.from(JSON.stringify({ metadata: { total_size: 28 }, weight_map: { x: 'a.safetensors', 'y.qweight': 'a.safetensors' } }))],
      ['tokenizer_config.json', Buffer.from(JSON.stringify({ chat_template: '{{ messages }}', auto_map: { a: 'b' } }))],
    ]),
    gguf: new Map([['x.gguf', ggufBytes()]]),
  };

  it.each(['safetensors', 'gguf'] as const)('of %s is answered', { timeout: BUDGET_MS * 6 }, async (format) => {
    const random = generator(SEED);
    const end = performance.now() + BUDGET_MS;
    let refused = 0;
    let rounds = 0;
    for (; performance.now() < end; rounds += 1) {
      const heads = new Map([...files[format]].map(([path, bytes]) => [path, random(3) === 0 ? bytes : damaged(bytes, random)] as const));
      const began = performance.now();
      const { facts, findings } = await examineModel(reportedDirectory({ heads, files: [...heads].map(([path, bytes]) => ({ path, bytes: bytes.length })) }), format).catch((error: unknown) => {
        throw new Error(`round ${rounds} of seed ${SEED}`, { cause: error });
      });
      const failed = findings.some(({ level }) => level === 'error');
      expect(failed).toBe(facts === null);
      if (facts) for (const number of [facts.parameterCount, facts.weightsBytes, facts.contextLength]) expect(number === null || (Number.isSafeInteger(number) && number >= 0)).toBe(true);
      if (performance.now() - began > 1_000) throw new Error(`round ${rounds} of seed ${SEED} took longer than a second`);
      refused += Number(failed);
    }
    expect(rounds).toBeGreaterThan(50);
    expect(refused).toBeGreaterThan(rounds / 10);
  });
});

/** Changes, repeats, cuts out or cuts off bytes. */
function damaged(original: Buffer, random: (below: number) => number): Buffer {
  let bytes = Buffer.from(original);
  for (let turn = random(6) + 1; turn > 0 && bytes.length > 0; turn -= 1) {
    const at = random(bytes.length);
    const kind = random(6);
    if (kind <= 2) bytes[at] = kind === 0 ? random(256) : (CURSED[random(CURSED.length)] ?? 0);
    else if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(random(bytes.length))]);
    else if (kind === 4) bytes = bytes.subarray(0, at);
    else bytes.fill(CURSED[random(CURSED.length)] ?? 0, at, Math.min(bytes.length, at + random(9)));
  }
  return bytes;
}

/** A linear congruential generator: the same rounds everywhere. */
function generator(seed: number): (below: number) => number {
  let state = BigInt(seed);
  return (below) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number((state >> 33n) % BigInt(below));
  };
}
