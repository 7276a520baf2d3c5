import { describe, expect, it } from 'vitest';
import { generate } from '../src/generation.mjs';

const SAMPLING = { temperature: 0, topP: 1, topK: 0, minP: 0, presencePenalty: 0, frequencyPenalty: 0, repeatPenalty: 1 };

/** A sequence that generates `words` for ever; tokens are indexes into them. Bytes of a split character are words too. */
class FakeSequence {
  nextTokenIndex = 0;
  evaluated = [];
  generated = 0;
  ended = false;

  constructor(words, { cached = 0, failAfter = Infinity } = {}) {
    this.words = words;
    this.cached = cached;
    this.failAfter = failAfter;
    this.model = { detokenize: (tokens) => Buffer.concat(tokens.map((token) => this.words[token])).toString('utf8') };
  }

  async adaptStateToTokens() {
    this.nextTokenIndex = this.cached;
  }

  async evaluateWithoutGeneratingNewTokens(tokens) {
    this.evaluated.push(tokens.length);
  }

  async *evaluate() {
    try {
      for (;;) {
        if (this.generated >= this.failAfter) throw new Error('decode failed');
        yield this.generated % this.words.length;
        this.generated += 1;
      }
    } finally {
      this.ended = true;
    }
  }
}

async function collect(generator) {
  const pieces = [];
  let next = await generator.next();
  for (; !next.done; next = await generator.next()) pieces.push(next.value);
  return { pieces, outcome: next.value };
}

const bytes = (...texts) => texts.map((text) => Buffer.from(text));
const quiet = () => new AbortController().signal;

describe('generation', () => {
  it('computes only what the sequence does not hold yet, in portions', async () => {
    const sequence = new FakeSequence(bytes('a'), { cached: 100 });
    const { outcome } = await collect(generate(sequence, Array(1201).fill(0), { maxTokens: 2, stops: [], sampling: SAMPLING }, quiet()));
    expect(sequence.evaluated).toEqual([512, 512, 76]);
    expect(outcome).toMatchObject({ cachedTokens: 100, completionTokens: 2, finish: 'length' });
  });

  it('sends a character only when all its bytes are there', async () => {
    const [first, second] = [Buffer.from('你').subarray(0, 1), Buffer.from('你').subarray(1)];
    const { pieces } = await collect(generate(new FakeSequence([first, second]), [0, 0], { maxTokens: 4, stops: [], sampling: SAMPLING }, quiet()));
    expect(pieces).toEqual(['你', '你']);
  });

  it('stops computing as soon as the caller has gone', async () => {
    const caller = new AbortController();
    const sequence = new FakeSequence(bytes('word '));
    const generator = generate(sequence, [0, 0], { maxTokens: 1000, stops: [], sampling: SAMPLING }, caller.signal);
    await generator.next();
    await generator.next();
    caller.abort();
    const last = await generator.next();
    expect(last).toMatchObject({ done: true, value: { finish: 'abort', completionTokens: 2 } });
    expect(sequence.generated).toBeLessThan(4);
    expect(sequence.ended).toBe(true);
  });

  it('does not even finish a long prompt for a caller who has gone', async () => {
    const caller = new AbortController();
    const sequence = new FakeSequence(bytes('a'));
    sequence.evaluateWithoutGeneratingNewTokens = async (tokens) => {
      sequence.evaluated.push(tokens.length);
      caller.abort();
    };
    const { outcome } = await collect(generate(sequence, Array(5000).fill(0), { maxTokens: 5, stops: [], sampling: SAMPLING }, caller.signal));
    expect(sequence.evaluated).toEqual([512]);
    expect(outcome.finish).toBe('abort');
  });

  it('lets a failed computation rise', async () => {
    await expect(collect(generate(new FakeSequence(bytes('a'), { failAfter: 1 }), [0, 0], { maxTokens: 9, stops: [], sampling: SAMPLING }, quiet()))).rejects.toThrow('decode failed');
  });
});
