import { always, type Patient, type Remedy, type Signature } from './signature.js';

/*
 * Texts of vLLM (main of 2026-08-14), SGLang v0.5.18 and llama.cpp b10573; `reference/engines.md` 1.8, 1.12, 2 and 3 of the
 * design documents name their source files.
 */

const UTILISATION = '--gpu-memory-utilization';

/** Not enough memory, on cards or in the host: the more telling texts first. */
export const memorySignatures: readonly Signature[] = [
  {
    code: 'context-too-long-for-memory',
    pattern: /max seq len \((\d+)\).*?\(([\d.]+) GiB KV cache is needed.*?available KV cache memory \(([\d.]+) GiB\)(?:.*?estimated maximum model length is (\d+))?/,
    title: 'The context is longer than the memory allows',
    advice: ([, wanted, needs, has, possible]) => `One request of ${wanted ?? '?'} tokens needs ${needs ?? '?'} GiB of KV cache, ${has ?? '?'} GiB are there. ${possible === undefined ? 'Choose a shorter context or more cards.' : `The engine itself suggests ${possible} tokens.`}`,
    remedy: ([, wanted, needs, has, possible]) => {
      const estimate = possible === undefined ? Math.floor((Number(wanted) * Number(has)) / Number(needs)) : Number(possible);
      const contextLength = Math.floor(estimate / 256) * 256;
      return contextLength >= 256 ? { label: `Context of ${contextLength} tokens`, contextLength } : undefined;
    },
  },
  {
    code: 'gpu-memory-taken',
    pattern: /Free memory on device \S+ \(([\d.]+)\/([\d.]+) GiB\) on startup is less than desired GPU memory utilization \(([\d.]+), ([\d.]+) GiB\)/,
    title: 'Other programs hold memory of the card',
    advice: ([, free, total]) => `${free ?? '?'} of ${total ?? '?'} GiB are free. End what uses the card, choose another one, or let the engine take less.`,
    remedy: ([, free, total]) => {
      const share = Math.floor((Number(free) / Number(total)) * 20) / 20 - 0.05;
      return share >= 0.3 ? { label: `Use ${Math.round(share * 100)} % of the card`, set: { flag: UTILISATION, value: share.toFixed(2) } } : undefined;
    },
  },
  {
    code: 'no-room-for-cache', pattern: /No available memory for the cache blocks/, title: 'The weights fill the whole card',
    advice: always('Nothing is left for the KV cache. Take more cards or a smaller or quantised model; a larger share of the card helps if it is only a little.'),
    remedy: (_, patient) => raisedUtilisation(patient),
  },
  {
    code: 'gpu-memory-warm-up', pattern: /CUDA out of memory occurred when warming up (sampler|pooler)/, title: 'Too many requests at once for the card',
    advice: always('Memory ran out while the engine tried its largest batch. Allow fewer requests at the same time.'),
    remedy: (_, patient) => halvedParallel(patient),
  },
  {
    code: 'gpu-memory-graphs', pattern: /Capture cuda graph failed/, engines: ['sglang'], title: 'No memory left for CUDA graphs',
    advice: always('Leave more of the card free for graphs: a smaller static share.'), remedy: (_, patient) => loweredStatic(patient),
  },
  {
    code: 'static-memory-too-small', pattern: /Not enough memory\. Please try to increase --mem-fraction-static\. Current value: ?(?:mem_fraction_static=)?([\d.]+)/, engines: ['sglang'], title: 'The share for weights and cache is too small',
    advice: always('The model does not fit into the share of the card that is set aside. Raise it, or take more cards.'),
    remedy: ([, value]) => raisedStatic(Number(value)),
  },
  {
    code: 'prefill-memory', pattern: /Prefill out of memory/, engines: ['sglang'], title: 'Long prompts do not fit',
    advice: always('Memory ran out while a prompt was read. Read prompts in smaller chunks.'), remedy: () => ({ label: 'Chunks of 2048 tokens', set: { flag: '--chunked-prefill-size', value: '2048' } }),
  },
  {
    code: 'gpu-memory-changed', pattern: /Error in memory profiling\. Initial free memory/, title: 'Another program took memory while the engine measured',
    advice: always('Two engines started on one card at the same time, or another program came. Start again; if it happens every time, find out what else uses the card.'),
  },
  {
    code: 'gpu-memory', pattern: /CUDA out of memory\.?|cudaMalloc failed: out of memory|not enough GPU memory|CUDA error: out of memory|HIP out of memory/i, title: 'The memory of the cards is not enough',
    advice: always('Take more cards, a smaller or quantised model, a shorter context, or fewer requests at the same time.'),
    remedy: (_, patient) => halvedContext(patient),
  },
  {
    code: 'host-memory-share', pattern: /Available memory on node \d+ \(([\d.]+)\/([\d.]+) GiB\) on startup is less than desired CPU memory utilization/, title: 'The server has less free memory than the engine wants',
    advice: ([, free, total]) => `${free ?? '?'} of ${total ?? '?'} GiB are free on that memory node. End other programs, choose a shorter context, or another node.`,
    remedy: (_, patient) => halvedContext(patient),
  },
  {
    code: 'host-memory-cache', pattern: /on kv cache allocation is less than requested memory for kv/, title: 'The KV cache does not fit into the server’s memory',
    advice: always('Choose a shorter context or fewer requests at the same time.'), remedy: (_, patient) => halvedContext(patient),
  },
  {
    code: 'worker-killed', pattern: /Worker proc \S+ died unexpectedly \(exit code: (-?\d+)/, title: 'A worker of the engine was killed',
    advice: ([, code]) => (code === '-9' || code === '9' ? 'Most likely the server ran out of memory: look at its memory, and at what else runs there.' : `It ended with ${code ?? '?'}: the lines before it say more.`),
  },
  {
    code: 'host-memory', pattern: /Cannot allocate memory|std::bad_alloc|\bMemoryError\b|DefaultCPUAllocator: can't allocate memory|failed to allocate .* buffer|oom-kill/i, title: 'The server’s memory is not enough',
    advice: always('Loading needs the weights in memory once more for a while. Free memory on the server, take a smaller model, or another node.'),
  },
  {
    code: 'shared-memory', pattern: /No space left on device.*\/dev\/shm|unable to (?:open|write) shared memory|bus error|out of shared memory|posix_fallocate.*shm/i, title: 'The shared memory is too small',
    advice: always('Cards of one engine exchange data through shared memory. The node gives it by plan: take fewer cards, or raise the limit in the node’s policy.'),
  },
];

function raisedUtilisation({ parameters }: Patient): Remedy | undefined {
  return parameters.includes(UTILISATION) ? undefined : { label: 'Use 95 % of the card', set: { flag: UTILISATION, value: '0.95' } };
}

function halvedParallel({ parallel }: Patient): Remedy | undefined {
  return parallel > 1 ? { label: `${Math.floor(parallel / 2)} requests at the same time`, parallel: Math.floor(parallel / 2) } : undefined;
}

function halvedContext({ contextLength }: Patient): Remedy | undefined {
  const half = Math.floor(contextLength / 512) * 256;
  return half >= 256 ? { label: `Context of ${half} tokens`, contextLength: half } : undefined;
}

function loweredStatic({ parameters }: Patient): Remedy | undefined {
  return /--mem-fraction-static/.test(parameters) ? undefined : { label: 'Static share of 0.80', set: { flag: '--mem-fraction-static', value: '0.8' } };
}

function raisedStatic(value: number): Remedy | undefined {
  const next = Math.min(0.95, Math.round((value + 0.05) * 100) / 100);
  return Number.isFinite(next) && next > value ? { label: `Static share of ${next.toFixed(2)}`, set: { flag: '--mem-fraction-static', value: `${next}` } } : undefined;
}
