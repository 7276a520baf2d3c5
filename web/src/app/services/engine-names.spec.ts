import { describe, expect, it } from 'vitest';
import type { Engine, Model } from '../api';
import { engineLabel, engineName, engineOptions } from './engine-names';

const engines = [
  { id: 'llama-cpp', hardware: 'cpu', formats: ['gguf'] },
  { id: 'llama-cpp-gpu', hardware: 'gpu', formats: ['gguf'] },
  { id: 'vllm', hardware: 'gpu', formats: ['safetensors'] },
  { id: 'vllm-cpu', hardware: 'cpu', formats: ['safetensors'] },
  { id: 'sglang', hardware: 'gpu', formats: ['safetensors'] },
] as Engine[];
const open = (model: Model | null, mode: 'single' | 'distributed' | 'cpu' | null) =>
  engineOptions(engines, model, mode).filter((option) => option.blocked === null).map((option) => option.engine.id);
const safetensors = { format: 'safetensors' } as Model;

describe('engine choice', () => {
  it('follows the format of the model', () => {
    expect(open({ format: 'gguf' } as Model, null)).toEqual(['llama-cpp', 'llama-cpp-gpu']);
    expect(open({ format: 'gguf' } as Model, 'single')).toEqual(['llama-cpp-gpu']);
    expect(open({ format: 'gguf' } as Model, 'cpu')).toEqual(['llama-cpp']);
    expect(open({ format: 'gguf' } as Model, 'distributed')).toEqual([]);
    expect(open(safetensors, null)).toEqual(['vllm', 'vllm-cpu', 'sglang']);
  });

  it('follows the guide: CPU only on the processor, distributed only with vLLM', () => {
    expect(open(safetensors, 'single')).toEqual(['vllm', 'sglang']);
    expect(open(safetensors, 'cpu')).toEqual(['vllm-cpu']);
    expect(open(safetensors, 'distributed')).toEqual(['vllm']);
  });

  it('keeps the others visible with a reason', () => {
    expect(engineOptions(engines, safetensors, 'distributed').map((option) => option.blocked)).toEqual(['format', 'format', null, 'distributed', 'distributed']);
  });
});

describe('names of engines', () => {
  it('has the guide’s labels for shipped ones, and for one of an administrator its own', () => {
    expect([engineName('vllm'), engineName('llama-cpp-gpu'), engineName('custom-mine')]).toEqual(['vLLM(GPU)', 'llama.cpp(GPU)', 'mine']);
    expect([engineLabel({ id: 'vllm', name: 'vLLM' }), engineLabel({ id: 'custom-mine', name: 'My own' })]).toEqual(['vLLM(GPU)', 'My own']);
  });
});
