import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readParameters, engineById } from '../engines/index.js';
import { withParameter, withoutParameter } from './change-parameters.js';
import { diagnose, type Case } from './diagnose.js';
import { ends } from './ends.js';
import { memorySignatures } from './memory-signatures.js';
import { modelSignatures } from './model-signatures.js';
import { systemSignatures } from './system-signatures.js';

const found = (text: string, over: Partial<Case> = {}): Case => ({
  engine: 'vllm', parameters: '', contextLength: 32_768, parallel: 8, heads: 28, message: '', reason: 'exited', exitCode: 1,
  lines: [{ number: 1, text: 'INFO vLLM server version 0.18' }, { number: 2, text }, { number: 3, text: 'RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}' }], ...over,
});

/** Texts as the engines and Docker write them, and what they are named. The journey of the doctor has engines write them too. */
const words = JSON.parse(readFileSync(new URL('testing/engine-words.json', import.meta.url), 'utf8')) as { code: string; text: string; engine?: Case['engine']; fix?: string }[];
const texts = words.map(({ code, text, engine, fix }) => [code, text, engine === undefined ? {} : { engine }, fix] as const);

describe('the doctor', () => {
  it.each(texts.map(([code, text, over, fix]) => ({ code, text, over, fix })))('names $code: $text', ({ code, text, over, fix }) => {
    const diagnosis = diagnose(found(text, over));
    expect([diagnosis?.code, diagnosis?.evidence, diagnosis?.evidenceLine]).toEqual([code, text.trim(), 2]);
    expect(diagnosis?.advice.length).toBeGreaterThan(20);
    expect(diagnosis?.advice).not.toContain('undefined');
    const { contextLength, parallel, parameters } = diagnosis?.fix ?? {};
    expect(contextLength ? 'context' : parallel ? 'parallel' : parameters).toBe(fix);
  });

  it('takes memory that was not enough for the cause, not that llama.cpp then loaded no model', () => {
    const lines = [
      'ggml_backend_cuda_buffer_type_alloc_buffer: allocating 39979.48 MiB on device 0: cudaMalloc failed: out of memory', 'llama_model_load: error loading model: unable to allocate CUDA0 buffer',
      'llama_model_load_from_file_impl: failed to load model', "common_init_from_params: failed to load model '/model/x.gguf'", 'main: exiting due to model loading error',
    ].map((text, at) => ({ number: at + 1, text }));
    expect(diagnose(found('', { engine: 'llama-cpp-gpu', lines }))).toMatchObject({ code: 'gpu-memory', evidenceLine: 1 });
    expect(diagnose(found('', { engine: 'llama-cpp-gpu', lines: lines.slice(3) }))).toMatchObject({ code: 'weights-missing', evidenceLine: 4 });
  });

  it('has a text for every signature', () => {
    const all = [...memorySignatures, ...modelSignatures, ...systemSignatures].map(({ code }) => code);
    expect(new Set(all).size).toBeGreaterThanOrEqual(40);
    expect([...new Set(all)].filter((code) => !texts.some(([named]) => named === code))).toEqual([]);
  });

  it('finds the cause above its consequences, and what the node says without a log', () => {
    expect(diagnose(found('nothing special'))).toBeUndefined();
    expect(diagnose(found('', { lines: [], message: 'image pull: manifest for a:b not found: manifest unknown' }))).toMatchObject({ code: 'image-not-found', evidenceLine: null });
  });

  it.each([[137, 'killed'], [139, 'crash'], [132, 'cpu-instructions'], [127, 'program-missing'], [1, undefined], [null, undefined]])('exit code %s alone is %s', (exitCode, code) => {
    expect(diagnose(found('', { lines: [], exitCode }))?.code).toBe(code);
  });

  it.each([['oom-killed', 'host-memory'], ['killed', 'killed'], ['engine-gone', 'engine-gone'], ['policy-refused', 'policy-refused']])('an end called %s is %s, whatever stands in the log', (reason, code) => {
    expect(diagnose(found('PermissionError: [Errno 13] Permission denied: \'/x\'', { reason, message: 'what the node said' }))).toMatchObject({ code, evidence: 'what the node said', evidenceLine: null });
  });

  it.each([...ends].filter(([, { decides }]) => decides !== true).map(([reason, { code }]) => [reason, code]))('an end called %s is only named so when the log says nothing better', (reason, code) => {
    expect(diagnose(found('nothing special', { reason, message: 'no line for 900 s' }))).toMatchObject({ code, evidence: 'no line for 900 s' });
    expect(diagnose(found('NCCL error in: ProcessGroupNCCL.cpp:3356', { reason }))?.code).toBe('nccl');
  });

  it('takes no complaint that every start makes for the cause', () => expect(diagnose(found('get_mempolicy: Operation not permitted'))).toBeUndefined());

  it.each([
    ['takes the length the engine suggests', 'max seq len (131072), (14.00 GiB KV cache is needed, which is larger than the available KV cache memory (5.40 GiB). the estimated maximum model length is 50544.', { contextLength: 50432, parameters: '' }],
    ['computes a length without one', 'max seq len (32768), (4.00 GiB KV cache is needed, which is larger than the available KV cache memory (1.00 GiB)', { contextLength: 8192 }],
    ['stays below what is free', 'Free memory on device cuda:0 (12.0/24.0 GiB) on startup is less than desired GPU memory utilization (0.92, 22.0 GiB)', { parameters: '--gpu-memory-utilization 0.45' }],
    ['half precision on old cards', 'Bfloat16 is only supported on GPUs with compute capability of at least 8.0. Your Tesla T4 GPU has compute capability 7.5.', { parameters: '--dtype half' }],
    ['halves the requests', 'CUDA out of memory occurred when warming up sampler with', { parallel: 4 }],
    ['the model’s own context', 'User-specified max_model_len (65536) is greater than the derived max_model_len (max_position_embeddings=40960.0 or', { contextLength: 40960 }],
  ])('proposes: %s', (_, text, fix) => expect(diagnose(found(text))?.fix).toMatchObject(fix));

  it('takes an unknown flag out and leaves the rest as typed', () => {
    const diagnosis = diagnose(found('vllm: error: unrecognized arguments: --enable-chunked-prefil False', { parameters: '--seed 1 --enable-chunked-prefil False --dtype half' }));
    expect(diagnosis?.fix?.parameters).toBe('--seed 1 --dtype half');
  });

  it('offers no button that changes nothing', () => {
    expect(diagnose(found('KeyError: \'invalid reasoning parser: x\'', { parameters: '--seed 1' }))?.fix).toBeNull();
  });

  it('only proposes parameters that its engine takes', () => {
    for (const [, text, over] of texts) {
      const seen = found(text, { parameters: '', ...over });
      const fix = diagnose(seen)?.fix;
      if (fix && seen.engine !== 'custom') expect(() => readParameters(engineById(seen.engine as 'vllm'), fix.parameters), `${text}: ${fix.parameters}`).not.toThrow();
    }
  });

  it('takes seconds off no hostile log', () => {
    const long = 'NCCL '.repeat(2_000) + 'a'.repeat(8_000);
    const started = performance.now();
    diagnose(found('', { lines: Array.from({ length: 2_000 }, (_, number) => ({ number, text: long })) }));
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('changing parameters', () => {
  it.each([
    ['--a 1 --b', '--a', '2', '--b --a 2'],
    ['', '--dtype', 'half', '--dtype half'],
    ['--dtype=bfloat16 --x "two words"', '--dtype', 'half', '--x "two words" --dtype half'],
    ['--gpu_memory_utilization 0.9', '--gpu-memory-utilization', '0.5', '--gpu-memory-utilization 0.5'],
    ['--flag', '--flag', null, '--flag'],
  ])('%s with %s %s', (text, flag, value, result) => expect(withParameter(text, flag, value)).toBe(result));
  it('takes out all values of a flag, and what does not start without it', () => {
    expect(withoutParameter('--cudagraph-capture-sizes 1 2 4 --seed -1', '--cudagraph-capture-sizes')).toBe('--seed -1');
    expect(withoutParameter('--enable-auto-tool-choice --tool-call-parser=hermess --seed 1', '--tool-call-parser')).toBe('--seed 1');
    expect(withParameter('--enable-auto-tool-choice --tool-call-parser hermess', '--tool-call-parser', 'hermes')).toBe('--enable-auto-tool-choice --tool-call-parser hermes');
  });
  it('takes a switch out without the word behind it', () => expect(withoutParameter('--enforce-eager --seed 1', '--enforce-eager')).toBe('--seed 1'));
});
