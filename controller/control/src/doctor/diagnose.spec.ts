import { describe, expect, it } from 'vitest';
import { readParameters, engineById } from '../engines/index.js';
import { withParameter, withoutParameter } from './change-parameters.js';
import { diagnose, type Case } from './diagnose.js';
import { memorySignatures } from './memory-signatures.js';
import { modelSignatures } from './model-signatures.js';
import { systemSignatures } from './system-signatures.js';

const found = (text: string, over: Partial<Case> = {}): Case => ({
  engine: 'vllm', parameters: '', contextLength: 32_768, parallel: 8, heads: 28, message: '', exitCode: 1, oomKilled: false,
  lines: [{ number: 1, text: 'INFO vLLM server version 0.18' }, { number: 2, text }, { number: 3, text: 'RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}' }], ...over,
});

/** Texts as the engines and Docker write them, and what they are named. */
const texts: readonly (readonly [string, string, Partial<Case>?])[] = [
  ['context-too-long-for-memory', 'ValueError: To serve at least one request with the model\'s max seq len (131072), (14.00 GiB KV cache is needed, which is larger than the available KV cache memory (5.40 GiB). Based on the available memory, the estimated maximum model length is 50544.'],
  ['gpu-memory-taken', 'ValueError: Free memory on device cuda:0 (18.1/23.6 GiB) on startup is less than desired GPU memory utilization (0.92, 21.7 GiB). Decrease GPU memory utilization'],
  ['no-room-for-cache', 'ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing the engine.'],
  ['gpu-memory-warm-up', 'RuntimeError: CUDA out of memory occurred when warming up sampler with 1024 dummy requests.'],
  ['gpu-memory-graphs', 'Exception: Capture cuda graph failed: CUDA out of memory', { engine: 'sglang' }],
  ['static-memory-too-small', 'RuntimeError: Not enough memory. Please try to increase --mem-fraction-static. Current value: mem_fraction_static=0.7', { engine: 'sglang' }],
  ['prefill-memory', 'Prefill out of memory. Try to lower your batch size.', { engine: 'sglang' }],
  ['gpu-memory-changed', 'AssertionError: Error in memory profiling. Initial free memory 20.1 GiB, current free memory 21.0 GiB.'],
  ['gpu-memory', 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.02 GiB. GPU 0 has a total capacity of 23.6 GiB'],
  ['gpu-memory', 'ggml_backend_cuda_buffer_type_alloc_buffer: allocating 4096.00 MiB on device 0: cudaMalloc failed: out of memory', { engine: 'llama-cpp' }],
  ['host-memory-share', 'ValueError: Available memory on node 0 (12.3/62.8 GiB) on startup is less than desired CPU memory utilization (0.92, 57.8 GiB). Decrease', { engine: 'vllm-cpu' }],
  ['host-memory-cache', 'ValueError: Available memory on node 0 (8.0/62.8 GiB) on kv cache allocation is less than requested memory for kv (10.0 GiB).', { engine: 'vllm-cpu' }],
  ['worker-killed', 'Worker proc VllmWorker-1 died unexpectedly (exit code: -9), shutting down executor.'],
  ['host-memory', 'RuntimeError: [enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can\'t allocate memory: you tried to allocate 1048576 bytes.'],
  ['shared-memory', 'RuntimeError: unable to open shared memory object </torch_1_2_3> in read-write mode'],
  ['dtype-unsupported', 'ValueError: Bfloat16 is only supported on GPUs with compute capability of at least 8.0. Your Tesla T4 GPU has compute capability 7.5. You can use float16 instead'],
  ['fp8-unsupported', 'ValueError: FP8 quantized models is only supported on GPUs with compute capability >= 8.9'],
  ['heads-not-divisible', 'ValueError: Total number of attention heads (28) must be divisible by tensor parallel size (8).'],
  ['shape-not-divisible', 'AssertionError: 18944 is not divisible by 3'],
  ['pipeline-unsupported', 'NotImplementedError: Pipeline parallelism is not supported for this model. Supported models implement the `SupportsPP` interface.'],
  ['context-too-long', 'ValueError: User-specified max_model_len (65536) is greater than the derived max_model_len (max_position_embeddings=40960.0 or model_max_length=None in model\'s config.json).'],
  ['architecture-unsupported', 'ValueError: Model architectures [\'FooForCausalLM\'] are not supported for now. Supported architectures: dict_keys([])'],
  ['architecture-unsupported', 'llama_model_load: error loading model: unknown model architecture: \'foo\'', { engine: 'llama-cpp' }],
  ['remote-code', 'ValueError: The repository contains custom code which must be executed to correctly load the model. Please pass the argument `trust_remote_code=True`'],
  ['config-missing', 'OSError: Can\'t load the configuration of \'/model\'. If you were trying to load it from a hub'],
  ['weights-missing', 'RuntimeError: Cannot find any model weights with `/model`'],
  ['weights-damaged', 'safetensors_rust.SafetensorError: Error while deserializing header: MetadataIncompleteBuffer'],
  ['tokenizer-missing', 'OSError: Can\'t load tokenizer for \'/model\'.'],
  ['tool-parser-unknown', 'KeyError: \'invalid tool call parser: hermess (chose from { hermes,llama3_json })\''],
  ['reasoning-parser-unknown', 'KeyError: \'invalid reasoning parser: deepseek\''],
  ['quantisation-unknown', 'ValueError: Unknown quantization method: foo. Must be one of []'],
  ['chat-template-missing', 'ValueError: As of transformers v4.44, default chat template is no longer allowed, so you must provide a chat template'],
  ['toolkit-missing', 'could not select device driver "" with capabilities: [[gpu]]'],
  ['gpu-unknown', 'nvidia-container-cli: device error: GPU-1234: unknown device: unknown'],
  ['driver-too-old', 'RuntimeError: The NVIDIA driver on your system is too old (found version 11040).'],
  ['driver-mismatch', 'Failed to initialize NVML: Driver/library version mismatch'],
  ['nvml-lost', 'Failed to initialize NVML: Unknown Error'],
  ['gpu-missing', 'RuntimeError: Failed to infer device type, please set the environment variable'],
  ['gpu-fault', 'RuntimeError: CUDA error: an illegal memory access was encountered'],
  ['cpu-instructions', 'Illegal instruction (core dumped)'],
  ['nccl-interface', 'torch.distributed.DistBackendError: NCCL error: Bootstrap : no socket interface found'],
  ['nccl', 'torch.distributed.DistBackendError: NCCL error in: ProcessGroupNCCL.cpp:3356, remote process exited or there was a network error'],
  ['rendezvous', 'torch.distributed.DistStoreError: Timed out after 601 seconds waiting for clients. 1/2 clients joined.'],
  ['ray-resources', 'Error: No available node types can fulfill resource request {\'node:10.0.0.1\': 0.001}'],
  ['world-size', 'ValueError: World size (16) is larger than the number of available GPUs (8) in this node.'],
  ['tp-nodes', 'AssertionError: tp_size must be divisible by number of nodes', { engine: 'sglang' }],
  ['port-in-use', 'OSError: [Errno 98] Address already in use'],
  ['disk-full', 'OSError: [Errno 28] No space left on device: \'/cache/torch_compile\''],
  ['image-not-found', 'manifest for vllm/vllm-openai:v9.9.9 not found: manifest unknown'],
  ['registry-unreachable', 'Get "https://registry.example/v2/": dial tcp: lookup registry.example: no such host'],
  ['registry-denied', 'unauthorized: authentication required'],
  ['permission', 'PermissionError: [Errno 13] Permission denied: \'/model/config.json\''],
  ['flag-unknown', 'vllm: error: unrecognized arguments: --enable-chunked-prefil False'],
  ['value-invalid', 'vllm serve: error: argument --dtype: invalid choice: \'bf16\' (choose from auto, half)'],
  ['python-import', 'ModuleNotFoundError: No module named \'ray\''],
  ['library-missing', '/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.32\' not found (required by node)'],
];

describe('the doctor', () => {
  it.each(texts.map(([code, text, over = {}]) => ({ code, text, over })))('names $code: $text', ({ code, text, over }) => {
    const diagnosis = diagnose(found(text, over));
    expect([diagnosis?.code, diagnosis?.evidence, diagnosis?.evidenceLine]).toEqual([code, text.trim(), 2]);
    expect(diagnosis?.advice.length).toBeGreaterThan(20);
    expect(diagnosis?.advice).not.toContain('undefined');
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

  it.each([[137, 'host-memory'], [139, 'crash'], [132, 'cpu-instructions'], [127, 'program-missing'], [1, undefined], [null, undefined]])('exit code %s alone is %s', (exitCode, code) => {
    expect(diagnose(found('', { lines: [], exitCode }))?.code).toBe(code);
  });
  it('believes the kernel about memory', () => expect(diagnose(found('', { lines: [], exitCode: null, oomKilled: true }))?.code).toBe('host-memory'));

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
  it('takes a switch out without the word behind it', () => expect(withoutParameter('--enforce-eager --seed 1', '--enforce-eager')).toBe('--seed 1'));
});
