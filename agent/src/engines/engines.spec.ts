import { describe, expect, it } from 'vitest';
import { engineCounters, engineProfile, exitCause, type EngineLaunch } from './index.js';

const launch = { modelPath: '/model/x', host: '127.0.0.1', port: 41000, keyFile: '/key', alias: 'tiny', argv: ['--ctx-size', '512'] };

const group = { rank: 0, size: 2, ownAddress: '10.0.0.1', headAddress: '10.0.0.1', firstPort: 42000, interfaceName: 'eth0' };
const worker = { ...group, rank: 1, ownAddress: '10.0.0.2' };
const line = (engine: string, command: string[], over: Partial<EngineLaunch> = {}) => engineProfile(engine).commandLine({ ...launch, command, ...over });

describe('command lines', () => {
  const shell = ['/bin/sh', '-c', 'VLLM_API_KEY="$(cat "$1")" || exit 1; export VLLM_API_KEY; shift; exec "$@"', 'openstation', '/key'];
  const address = ['--host', '127.0.0.1', '--port', '41000'];

  it.each(['vllm', 'vllm-cpu'])('%s: the key is read by a shell and stands in no argument', (engine) => {
    expect(line(engine, ['vllm', 'serve'])).toEqual([...shell, 'vllm', 'serve', '/model/x', '--served-model-name', 'tiny', ...address, '--ctx-size', '512']);
  });

  it('vLLM: the head of a group serves, the others have no door', () => {
    const meeting = (rank: string) => ['--nnodes', '2', '--node-rank', rank, '--master-addr', '10.0.0.1', '--master-port', '42000', '--distributed-executor-backend', 'mp', '--ctx-size', '512'];
    expect(line('vllm', ['vllm', 'serve'], { group })).toEqual([...shell, 'vllm', 'serve', '/model/x', '--served-model-name', 'tiny', ...address, ...meeting('0')]);
    expect(line('vllm', ['vllm', 'serve'], { group: worker })).toEqual([...shell, 'vllm', 'serve', '/model/x', '--served-model-name', 'tiny', '--headless', ...meeting('1')]);
  });

  it('SGLang: the key goes into the interpreter only; the ranks differ in their number alone', () => {
    const [program, flag, code, ...rest] = line('sglang', ['python3'], { group });
    expect([program, flag, rest]).toEqual(['python3', '-c', ['/key', '--model-path', '/model/x', '--served-model-name', 'tiny', ...address, '--nnodes', '2', '--node-rank', '0', '--dist-init-addr', '10.0.0.1:42000', '--nccl-port', '42001', '--ctx-size', '512']]);
    expect(code).toContain('sys.argv=["launch_server",*sys.argv[2:],"--api-key",key]');
    expect(line('sglang', ['python3'], { group: worker })).toEqual(line('sglang', ['python3'], { group }).map((word, at, all) => (all[at - 1] === '--node-rank' ? '1' : word)));
    expect(line('sglang', ['python3'], { group: { ...group, headAddress: 'fd00::1' } })).toContain('[fd00::1]:42000');
  });

  it('llama.cpp', () => {
    expect(line('llama-cpp', ['node', 'server.mjs'])).toEqual(['node', 'server.mjs', '--model', '/model/x', ...address, '--api-key-file', '/key', '--alias', 'tiny', '--ctx-size', '512']);
  });

  it('llama.cpp on cards: its own server, with its numbers on', () => {
    const argv = ['--ctx-size', '8192', '--parallel', '2', '--n-gpu-layers', '999'];
    expect(line('llama-cpp-gpu', [...engineProfile('llama-cpp-gpu').imageCommand], { argv })).toEqual([
      '/app/llama-server', '--model', '/model/x', ...address, '--api-key-file', '/key', '--alias', 'tiny', ...argv, '--metrics', '--jinja', '--no-webui', '--offline',
    ]);
  });
});

describe('an administrator\'s engine', () => {
  it('is its pattern with the node\'s own words in it, each in its place', () => {
    const argv = ['--model', '{model_path}', '--listen={host}:{port}', '{served_name}', '{api_key_file}', '{other}', '{"a": 1}', '$(id);*'];
    expect(line('custom-own', ['own', 'serve'], { argv, alias: '{port}' })).toEqual(['own', 'serve', '--model', '/model/x', '--listen=127.0.0.1:41000', '{port}', '/key', '{other}', '{"a": 1}', '$(id);*']);
  });
});

describe('environments', () => {
  const offline = { HF_HUB_OFFLINE: '1', TRANSFORMERS_OFFLINE: '1' };
  it.each([
    ['vllm', { ...offline, VLLM_NO_USAGE_STATS: '1', DO_NOT_TRACK: '1' }],
    ['vllm-cpu', { ...offline, VLLM_NO_USAGE_STATS: '1', DO_NOT_TRACK: '1', VLLM_CPU_KVCACHE_SPACE: '4' }],
    ['sglang', offline],
    ['llama-cpp', {}],
    ['llama-cpp-gpu', {}],
  ])('%s', (engine, env) => expect(engineProfile(engine).env).toEqual(env));

  it.each([
    ['vllm', { VLLM_HOST_IP: '10.0.0.2', VLLM_PORT: '42001', NCCL_SOCKET_IFNAME: '=eth0', GLOO_SOCKET_IFNAME: 'eth0' }],
    ['sglang', { SGLANG_HOST_IP: '10.0.0.2', NCCL_SOCKET_IFNAME: '=eth0', GLOO_SOCKET_IFNAME: 'eth0' }],
  ])('%s in a group', (engine, env) => expect(engineProfile(engine).groupEnv?.(worker)).toEqual(env));

  it.each(['llama-cpp', 'llama-cpp-gpu', 'vllm-cpu'])('%s spans no nodes', (engine) => expect(engineProfile(engine).groupEnv).toBeUndefined());
});

describe('stages of a start', () => {
  it.each([
    ['vllm', '(APIServer pid=1) INFO 08-14 12:00:00 [utils.py:325] vLLM API server version 0.18.0', 'engine', 0.01],
    ['vllm', 'INFO 08-14 12:00:00 [model.py:682] Resolved architecture: Qwen3ForCausalLM', 'engine', 0.02],
    ['vllm', 'INFO [core.py:123] Initializing a V1 LLM engine (v0.18.0) with config', 'engine', 0.05],
    ['vllm', 'world_size=16 rank=8 local_rank=0 distributed_init_method=tcp://10.0.0.1:29501 backend=nccl', 'group', 0.07],
    ['vllm', 'Launching vLLM (v0.18.0) headless multiproc executor, with head node address 10.0.0.1:29501 for torch.distributed process group.', 'group', 0.07],
    ['vllm', 'Starting to load model /model...', 'weights', 0.1],
    ['vllm', '\rLoading safetensors checkpoint shards:  50% Completed | 2/4 [00:01<00:01]', 'weights', 0.4],
    ['vllm', 'Multi-thread Loading safetensors checkpoint shards:  100% Completed | 4/4', 'weights', 0.7],
    ['vllm', '(Worker_TP0 pid=7) INFO 08-14 12:00:00 [x.py:1] Loading weights took 3.1 seconds', 'weights', 0.7],
    ['vllm', 'Model loading took 14.27 GiB and 3.2 seconds', 'weights', 0.72],
    ['vllm', 'Dynamo bytecode transform time: 4.31 s', 'compile', 0.78],
    ['vllm', 'Available KV cache memory: 51.22 GiB', 'kv-cache', 0.83],
    ['vllm', 'GPU KV cache size: 1,234 tokens, Maximum concurrency for 4,096 tokens per request: 16.00x', 'kv-cache', 0.85],
    ['vllm', 'Capturing CUDA graphs (mixed prefill-decode, PIECEWISE):  12%|', 'graphs', 0.9],
    ['vllm', 'Graph capturing finished in 21 secs, took 0.55 GiB', 'graphs', 0.94],
    ['vllm', 'init engine (profile, create kv cache, warmup model) took 31.2 s', 'serving', 0.96],
    ['vllm', 'INFO:     Application startup complete.', 'serving', 0.98],
    ['vllm-cpu', 'Explicitly set (4.0/62.8) GiB for KV cache on node 0.', 'kv-cache', 0.85],
    ['vllm-cpu', 'Warming up model for the compilation...', 'warm-up', 0.88],
    ['vllm-cpu', 'Warming up done.', 'warm-up', 0.94],
    ['sglang', 'Load weight begin. avail mem=70 GB', 'weights', 0.1],
    ['sglang', 'Loading safetensors checkpoint shards:  25%', 'weights', 0.25],
    ['sglang', 'Memory pool end. avail mem=7.2 GB', 'kv-cache', 0.85],
    ['sglang', 'Capture cuda graph begin. This can take up to several minutes.', 'graphs', 0.9],
    ['sglang', 'The server is fired up and ready to roll!', 'serving', 0.99],
    ['llama-cpp', 'loading model: 37 %', 'weights', 0.37],
    ['llama-cpp-gpu', 'load_tensors: loading model tensors, this can take a while... (mmap = true)', 'weights', 0.1],
    ['llama-cpp-gpu', 'load_tensors: offloaded 29/29 layers to GPU', 'weights', 0.2],
    ['llama-cpp-gpu', 'llama_kv_cache: size =  448.00 MiB (  8192 cells,  28 layers,  2/2 seqs), K (f16):  224.00 MiB, V (f16):  224.00 MiB', 'kv-cache', 0.85],
    ['llama-cpp-gpu', 'main: server is listening on http://0.0.0.0:8000 - starting the main loop', 'serving', 0.98],
    ['llama-cpp', 'main: server is listening on http://127.0.0.1:8080', 'serving', 0.98],
  ])('%s: %s', (engine, text, phase, progress) => {
    const stage = engineProfile(engine).stage(text);
    expect([stage?.phase, Number(stage?.progress.toFixed(4))]).toEqual([phase, progress]);
  });

  it.each(['vllm', 'sglang', 'llama-cpp', 'llama-cpp-gpu'])('%s: says nothing about other lines', (engine) => {
    expect(engineProfile(engine).stage('INFO: 127.0.0.1 - "GET /health" 200')).toBeUndefined();
  });
});

describe('counters', () => {
  it.each([
    ['vLLM', 'vllm:num_requests_running{engine="0",model_name="m"} 2.0\nvllm:num_requests_waiting{engine="0"} 1.0\nvllm:prompt_tokens_total{engine="0",model_name="a b"} 27453.0\nvllm:generation_tokens_total{engine="0"} 9811.0\nvllm:generation_tokens_total{engine="1"} 9.0', { work: 37273, inFlight: 3 }],
    ['SGLang', '# HELP x\nsglang:prompt_tokens_total{model_name="m"} 1e3\nsglang:num_running_reqs{model_name="m"} 4.0\nsglang:num_queue_reqs 1', { work: 1000, inFlight: 5 }],
    ['llama.cpp', 'llamacpp:prompt_tokens_total 10\nllamacpp:tokens_predicted_total 5\nllamacpp:requests_processing 1\nllamacpp:requests_deferred 0', { work: 15, inFlight: 1 }],
  ])('%s', (_, text, counters) => expect(engineCounters(text)).toEqual(counters));
  it('tells nothing of a text without them', () => expect(engineCounters('process_cpu_seconds_total 3\nvllm:num_requests_running NaN')).toBeUndefined());
});

describe('why an engine ended', () => {
  const exit = (code: number | undefined, oomKilled = false) => ({ code, oomKilled });
  const generic = 'RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}';

  it.each([
    [exit(1), ['torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB', generic], 'gpu-memory', 'Tried to allocate'],
    [exit(137, true), [], 'oom-killed', '137'],
    [exit(1, true), ['RuntimeError: Worker proc VllmWorker-1 died unexpectedly (exit code: -9)'], 'oom-killed', 'VllmWorker-1'],
    [exit(137), ['loading'], 'killed', 'loading'],
    [exit(137), ['RuntimeError: Worker proc VllmWorker-1 died unexpectedly (exit code: -9), shutting down executor.'], 'host-memory', 'VllmWorker-1'],
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
