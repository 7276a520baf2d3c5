import { describe, expect, it } from 'vitest';
import { engineProfile, exitCause } from './index.js';

const launch = { modelPath: '/model/x', host: '127.0.0.1', port: 41000, keyFile: '/key', alias: 'tiny', argv: ['--ctx-size', '512'] };

describe('command lines', () => {
  it('llama.cpp', () => {
    expect(engineProfile('llama-cpp').commandLine({ ...launch, command: ['node', 'server.mjs'] })).toEqual([
      'node', 'server.mjs', '--model', '/model/x', '--host', '127.0.0.1', '--port', '41000', '--api-key-file', '/key', '--alias', 'tiny', '--ctx-size', '512',
    ]);
  });

  it('vLLM: the key is read by a shell and stands in no argument', () => {
    const argv = engineProfile('vllm').commandLine({ ...launch, command: ['vllm', 'serve'] });
    expect(argv.slice(0, 2)).toEqual(['/bin/sh', '-c']);
    expect(argv.slice(3)).toEqual(['openstation', '/key', 'vllm', 'serve', '/model/x', '--served-model-name', 'tiny', '--host', '127.0.0.1', '--port', '41000', '--ctx-size', '512']);
  });

  it('SGLang: the key goes into the interpreter only', () => {
    const argv = engineProfile('sglang').commandLine({ ...launch, command: ['python3'] });
    expect([argv[0], argv[1], ...argv.slice(3)]).toEqual(['python3', '-c', '/key', '--model-path', '/model/x', '--served-model-name', 'tiny', '--host', '127.0.0.1', '--port', '41000', '--ctx-size', '512']);
  });

  it('the CPU backend gets a fixed KV space', () => {
    expect(engineProfile('vllm-cpu').env).toMatchObject({ VLLM_CPU_KVCACHE_SPACE: '4' });
  });
});

describe('loading progress', () => {
  it.each([
    ['vllm', 'Loading safetensors checkpoint shards:  50% Completed | 2/4 [00:01<00:01]', 0.4],
    ['vllm', '(Worker_TP0 pid=7) INFO 08-14 12:00:00 [x.py:1] Loading weights took 3.1 seconds', 0.72],
    ['vllm', 'GPU KV cache size: 1,234 tokens', 0.85],
    ['sglang', 'Load weight begin. avail mem=70 GB', 0.1],
    ['llama-cpp', 'loading model: 37 %', 0.37],
  ])('%s: %s', (engine, line, progress) => {
    expect(engineProfile(engine).loadProgress(line)).toBeCloseTo(progress);
  });

  it('says nothing about other lines', () => {
    expect(engineProfile('vllm').loadProgress('INFO: 127.0.0.1 - "GET /health" 200')).toBeUndefined();
  });
});

describe('why an engine ended', () => {
  const exit = (code: number | undefined, oomKilled = false) => ({ code, oomKilled });
  const generic = 'RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}';

  it.each([
    [exit(1), ['torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB', generic], 'gpu-memory', 'Tried to allocate'],
    [exit(137, true), [], 'host-memory', '137'],
    [exit(137), ['loading'], 'host-memory', 'loading'],
    [exit(1), ['OSError: [Errno 98] Address already in use'], 'port', 'Errno 98'],
    [exit(2), ['usage: x', 'vllm: error: unrecognized arguments: --nope'], 'exited', 'unrecognized arguments: --nope'],
    [exit(1), ['ValueError: Model architectures [\'X\'] are not supported for now.', generic], 'exited', 'Model architectures'],
    [exit(139), ['working'], 'exited', 'signal 11'],
    [exit(undefined), [], 'exited', 'unknown exit code'],
  ])('%j %j → %s', (ended, lines, reason, text) => {
    const cause = exitCause(ended, lines);
    expect(cause.reason).toBe(reason);
    expect(cause.message).toContain(text);
  });

  it('keeps the message short', () => {
    expect(exitCause(exit(1), [`Error: ${'x'.repeat(10_000)}`]).message.length).toBeLessThanOrEqual(600);
  });
});
