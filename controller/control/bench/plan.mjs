import { performance } from 'node:perf_hooks';
import { planDeployment } from '../dist/scheduler/index.js';

/**
 * How long a plan takes: `node controller/control/bench/plan.mjs [nodes] [cards] [rounds]`. Every third card is taken, a
 * tenth of the nodes is silent, three kinds of cards; the model fits on few of them, so every node is looked at.
 */
const [nodeCount = 1000, cardCount = 8, rounds = 50] = process.argv.slice(2).map(Number);
const GIB = 2 ** 30;
const kinds = [['NVIDIA A10', 22.5], ['NVIDIA A100-SXM4-80GB', 80], ['NVIDIA H200', 140.4]];
const shape = { layers: 80, hiddenSize: 8192, heads: 64, kvHeads: 8, keyLength: 128, valueLength: 128, latentWidth: null, intermediateSize: 28_672, vocabularySize: 128_256 };
const model = { format: 'safetensors', dataType: 'BF16', quantisation: null, weightsBytes: 141_107_412_992, contextLength: 131_072, shape };
const nodes = Array.from({ length: nodeCount }, (_, at) => ({
  id: `n${at}`, name: `node-${at}`, state: at % 10 === 9 ? 'unreachable' : 'healthy', memoryBytes: 512 * GIB, cores: 64, usedBytes: 8 * GIB, reservedBytes: 0,
  engines: ['sglang', 'vllm', 'vllm-cpu'], ownInstances: at % 2, instances: at % 5,
  cards: Array.from({ length: cardCount }, (_, index) => {
    const [name, gib] = kinds[at % kinds.length];
    return { uuid: `GPU-${at}-${index}`, index, name, computeCapability: null, memoryBytes: gib * GIB, usedBytes: 0, taken: (at + index) % 3 === 0 };
  }),
}));
const request = { mode: undefined, engine: undefined, parameters: '', nodeIds: [], contextLength: 32_768, parallel: 8 };

for (const mode of ['single', 'distributed']) {
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now();
    const plan = planDeployment({ ...request, mode }, model, nodes);
    times.push(performance.now() - started);
    if (!plan.fits) throw new Error('the plan should fit somewhere');
  }
  times.sort((a, b) => a - b);
  console.log(`${mode}: ${nodeCount} nodes × ${cardCount} cards: p50 ${times[rounds >> 1].toFixed(1)} ms, p99 ${times[Math.floor(rounds * 0.99)].toFixed(1)} ms`);
}
