import { describe, expect, it } from 'vitest';
import { engineById, readParameters, type EngineId } from '../engines/index.js';
import { chooseFiles } from './choose-files.js';
import { cardInput, variantSchema } from './catalog.schema.js';
import { checkCard } from './check-card.js';
import { shippedCards } from './shipped-cards.js';

const BYTES: Readonly<Record<string, number>> = { BF16: 2, F16: 2, F32: 4, FP8: 1 };
/** Lowest and highest bytes a parameter that files of these types have. */
const RANGE: Readonly<Record<string, readonly [number, number]>> = { INT4: [0.5, 1.2], MXFP4: [0.5, 0.7], Q4_K_M: [0.55, 0.8], Q8_0: [1.06, 1.1] };
const GB = 1e9;
const variants = shippedCards.flatMap((card) => card.variants.map((variant) => ({ card, variant })));

describe('shipped cards', () => {
  it('begin with the guide’s family, in the guide’s order', () => {
    expect(shippedCards[0]).toMatchObject({ id: 'deepseek-r1', name: 'DeepSeek-R1', contextLength: 131_072 });
    expect(shippedCards[0]?.variants.map(({ label }) => label)).toEqual(['671B', '70B', '32B', '14B', '8B', '7B', '1.5B']);
  });

  it.each([
    ['DeepSeek-R1', 'FP8', 807], ['DeepSeek-V3', 'FP8', 807], ['DeepSeek-R1-BF16', 'BF16', 1612], ['DeepSeek-V3-BF16', 'BF16', 1612],
    ['DeepSeek-R1-Distill-Llama-70B', 'BF16', 170], ['DeepSeek-R1-Distill-Qwen-32B', 'BF16', 79], ['DeepSeek-R1-Distill-Qwen-14B', 'BF16', 36],
    ['DeepSeek-R1-Distill-Llama-8B', 'BF16', 21], ['DeepSeek-R1-Distill-Qwen-7B', 'BF16', 19], ['DeepSeek-R1-Distill-Qwen-1.5B', 'BF16', 6], ['Qwen3-0.6B', 'BF16', 3],
  ])('say of %s what the guide says', (name, dataType, memoryGb) => {
    expect(variants.find(({ variant }) => variant.name === name)?.variant).toMatchObject({ dataType, memoryNeedBytes: memoryGb * GB });
  });

  it.each(variants.map(({ card, variant }) => [variant.name, card, variant] as const))('%s has numbers that agree', (_, card, variant) => {
    const { activeParameterCount, memoryNeedBytes, contextLength } = variant;
    const [bytes, parameters] = [Number(variant.bytes), Number(variant.parameterCount)];
    expect(memoryNeedBytes).toBe(Math.round((bytes / GB) * 1.2 + 2) * GB);
    const [low, high] = bytesPerParameter(String(variant.dataType));
    expect(bytes / parameters).toBeGreaterThanOrEqual(low);
    expect(bytes / parameters).toBeLessThanOrEqual(high);
    if (activeParameterCount !== null) expect(activeParameterCount).toBeLessThan(parameters / 4);
    expect(contextLength).toBeGreaterThanOrEqual(512);
    // A label such as "30B-A3B" tells parameters and active ones.
    const [, billions, active] = /(?:^|-| )(\d+(?:\.\d+)?)B(?:-A(\d+)B)?/.exec(variant.label) ?? [];
    if (billions !== undefined) expect(Math.abs(Number(billions) * GB - parameters) / parameters).toBeLessThan(0.27);
    if (active !== undefined) expect(activeParameterCount).toBe(Number(active) * GB);
    expect(variant.id.startsWith(`${card.id}/`)).toBe(true);
    expect(variantSchema.parse(variant)).toEqual(variant);
  });

  it('obey the rules of own cards: unique names, repositories, known parameters', () => {
    for (const card of shippedCards) expect(() => checkCard(cardInput.parse(withoutId(card)), card.id, shippedCards)).not.toThrow();
    expect(new Set(variants.map(({ variant }) => variant.id)).size).toBe(variants.length);
    expect(new Set(variants.map(({ variant }) => variant.name.toLowerCase())).size).toBe(variants.length);
    expect(new Set(shippedCards.map(({ id }) => id)).size).toBe(shippedCards.length);
  });

  it('recommend only what the engines take', () => {
    for (const { variant } of variants) for (const [engine, text] of Object.entries(variant.engineParameters)) expect(readParameters(engineById(engine as EngineId), text).argv.length).toBeGreaterThan(0);
  });

  it('name the exact file of a GGUF repository with many', () => {
    for (const { variant } of variants.filter((one) => one.variant.format === 'gguf')) {
      expect(variant.include).toHaveLength(1);
      const [file = ''] = variant.include;
      const choice = chooseFiles([{ path: file, bytes: 1 }, { path: file.replace('.gguf', '-other.gguf'), bytes: 1 }, { path: 'README.md', bytes: 1 }], variant);
      expect(choice).toEqual({ format: 'gguf', selected: new Set([file, 'README.md']) });
    }
  });

  it('are complete in both languages', () => {
    for (const { description, descriptionZh, provider } of shippedCards) {
      expect(description).not.toMatch(/\p{Script=Han}/u);
      expect(descriptionZh).toMatch(/\p{Script=Han}/u);
      expect(provider).not.toBe('');
    }
  });
});

function bytesPerParameter(dataType: string): readonly [number, number] {
  const exact = BYTES[dataType];
  return exact === undefined ? (RANGE[dataType] ?? [0, 0]) : [exact * 0.99, exact * 1.01];
}

function withoutId({ id: _, ...card }: (typeof shippedCards)[number]): unknown {
  return card;
}
