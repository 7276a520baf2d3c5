import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { engineById, engines } from './catalogue.js';
import { ParameterError, splitWords } from './parameter-lexer.js';
import { readParameters } from './parameters.js';

describe('parameter words', () => {
  it.each([
    ['--a 1  --b', ['--a', '1', '--b']],
    [`--a "two words" --b 'it is'`, ['--a', 'two words', '--b', 'it is']],
    ['--a $HOME;`id`', ['--a', '$HOME;`id`']],
    [`--a ""`, ['--a', '']],
    ['', []],
  ])('%s', (text, words) => expect(splitWords(text)).toEqual(words));

  it('refuses an open quote and control characters', () => {
    expect(() => splitWords('--a "x')).toThrow(/not closed/);
    expect(() => splitWords('--a \u0000')).toThrow(/control/);
  });

  it('reads back any quoted words', () => {
    const word = fc.string({ maxLength: 12 }).filter((text) => !/["\p{Cc}]/u.test(text));
    fc.assert(
      fc.property(fc.array(word), (words) => {
        expect(splitWords(words.map((one) => `"${one}"`).join(' '))).toEqual(words);
      }),
    );
  });
});

describe('engine parameters', () => {
  const llama = engineById('llama-cpp');
  const read = (text: string) => readParameters(llama, text);

  it('takes what the engine knows, also with = and underscores', () => {
    expect(read('--threads=4')).toEqual({ argv: ['--threads', '4'], warnings: [] });
    expect(readParameters(engineById('vllm'), '--enforce_eager --dtype half')).toEqual({ argv: ['--enforce-eager', '--dtype', 'half'], warnings: [] });
  });

  it('hears a field of the deployment in its flag', () => {
    expect(read('--ctx-size 2048 --parallel 2')).toEqual({ argv: [], contextLength: 2048, parallel: 2, warnings: [] });
  });

  it.each([
    '--host 0.0.0.0', '--port 1', '--api-key x', '--api_key x', '--API-KEY x', '--ssl-keyfile k', '--model /etc', '--download-dir /', '--middleware m',
    '--worker-cls w', '--logits-processors l', '--tool-parser-plugin t', '--kv-transfer-config {}', '--dist-init-addr a', '--nccl-port 1',
    '--nccl-init-addr a', '--enable-custom-logit-processor', '--trust-remote-code', '--chat-template x', '--allowed-local-media-path /', '--host=0.0.0.0',
  ])('never takes %s, for any engine', (text) => {
    for (const engine of engines) expect(() => readParameters(engine, text)).toThrow(/not allowed/);
  });

  it.each([
    ['--thread 4', '--thread', /did you mean --threads/],
    ['--threads', '--threads', /needs a value/],
    ['--threads --parallel 1', '--threads', /needs a value/],
    ['--threads four', '--threads', /whole number/],
    ['--threads 0', '--threads', /between 1 and 1024/],
    ['--threads 1 --threads 2', '--threads', /twice/],
    ['threads 4', 'threads', /start with --/],
    ['--tensor-parallel-size 2', '--tensor-parallel-size', /chosen nodes/],
  ])('%s is refused with its flag', (text, flag, message) => {
    let caught: unknown;
    try {
      read(text);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(ParameterError);
    expect((caught as ParameterError).flag).toBe(flag);
    expect((caught as ParameterError).message).toMatch(message);
  });

  it.each([
    ['-ngl 20', /^-ngl follows from the chosen nodes and cards/], ['--split-mode row', /follows from/], ['-ts 3,1', /does not know -ts here/], ['--main-gpu 1', /follows from/], ['-m x', /does not know -m here/], ['--rpc a:1', /not allowed/],
    ['--tools all', /does not know --tools here/], ['--cache-type-v f32', /must be one of f16, bf16, q8_0, q4_0/], ['--no-jinja', /does not know/], ['--lora x', /not allowed/], ['--mmproj x', /not allowed/],
  ])('llama.cpp on cards refuses %s', (text, message) => expect(() => readParameters(engineById('llama-cpp-gpu'), text)).toThrow(message));

  it('hears llama.cpp’s short names', () => {
    expect(readParameters(engineById('llama-cpp-gpu'), '-c 8192 -np 2 -fa on --reasoning-format deepseek')).toEqual({ argv: ['--flash-attn', 'on', '--reasoning-format', 'deepseek'], contextLength: 8192, parallel: 2, warnings: [] });
  });

  it('never passes on a word nobody checked', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        try {
          for (const word of read(text).argv) expect(word).toMatch(/^(--threads|\d+)$/);
        } catch (error) {
          expect(error).toBeInstanceOf(ParameterError);
        }
      }),
    );
  });
});

describe('command lines', () => {
  const spec = { contextLength: 4096, parallel: 2, cards: 2, nodes: 2, cores: 8, kvCacheBytes: 5 * 2 ** 30, extraArgv: ['--seed', '1'] };
  it.each([
    ['llama-cpp', '--ctx-size 4096 --parallel 2 --seed 1'],
    ['llama-cpp-gpu', '--ctx-size 8192 --parallel 2 --n-gpu-layers 999 --split-mode layer --tensor-split 1,1 --seed 1'],
    ['vllm', '--max-model-len 4096 --max-num-seqs 2 --tensor-parallel-size 2 --pipeline-parallel-size 2 --gpu-memory-utilization 0.9 --seed 1'],
    ['vllm-cpu', '--max-model-len 4096 --max-num-seqs 2 --dtype bfloat16 --gpu-memory-utilization 0.5 --seed 1'],
    ['sglang', '--context-length 4096 --max-running-requests 2 --tp-size 4 --mem-fraction-static 0.88 --enable-metrics --seed 1'],
  ] as const)('%s', (id, line) => expect(engineById(id).argv(spec).join(' ')).toBe(line));

  it('reserves the KV cache of the CPU backend in whole GiB', () => {
    expect(engineById('vllm-cpu').env(spec)['VLLM_CPU_KVCACHE_SPACE']).toBe('5');
  });
});
