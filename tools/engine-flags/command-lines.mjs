import { build } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/*
 * Every kind of command line that OpenStation starts an engine with, as JSON on stdout: [{ name, words }], the words being
 * what the engine's own parser gets to see. Taken from the product's own functions, never written out a second time.
 *   node command-lines.mjs vllm|sglang 0.18.0
 */
const [family, version] = process.argv.slice(2);
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const { engineProfile, engines, flagListFor, openFlags, readParameters, shippedCards, suggestParameters } = await product();

const list = flagListFor(family, version);
const GIB = 2 ** 30;
/** Text that is read further where any other word would not do. */
const TEXTS = { '--optimization-level': '2', '--log-level': 'info', '--log-level-http': 'info', '--generation-tokens-buckets': 'default', '--prompt-tokens-buckets': 'default' };
const group = (rank) => ({ rank, size: 2, ownAddress: `10.0.0.${rank + 1}`, headAddress: '10.0.0.1', firstPort: 42000, interfaceName: 'eth0' });

const lines = [];
for (const engine of engines.filter(({ flags }) => flags === family)) {
  const add = (name, { text = '', words = [], rank, ...spec } = {}) => {
    const { argv } = readParameters(engine, text, version);
    const given = engine.argv({ contextLength: 4096, parallel: 4, cards: engine.hardware === 'gpu' ? 1 : 0, nodes: 1, cores: 8, kvCacheBytes: 4 * GIB, extraArgv: [...words, ...argv], ...spec });
    lines.push({ name: `${engine.id}: ${name}`, words: parserWords(engine.id, given, rank === undefined ? undefined : group(rank)) });
  };
  add('one node');
  add('model with code of its own', { words: [engine.codeFlag] });
  if (engine.hardware === 'gpu') {
    add('cards without bfloat16', { words: ['--dtype', 'half'] });
    add('four cards', { cards: 4 });
    for (const rank of [0, 1]) add(`two nodes of eight cards, rank ${rank}`, { cards: 8, nodes: 2, rank });
    for (const rank of [0, 1]) add(`two nodes of one card, rank ${rank}`, { nodes: 2, rank });
    add('own share of the memory', { text: family === 'vllm' ? '--gpu-memory-utilization 0.8' : '--mem-fraction-static 0.8' });
  }
  add('quantised', { text: '--quantization awq' });
  add('embedding', { text: family === 'vllm' ? '--runner pooling' : '--is-embedding' });
  for (const [name, text] of recommended(engine.id)) add(name, { text });
  for (const flag of openFlags(list)) for (const text of samples(flag)) add(`open flag: ${text}`, { text });
}
process.stdout.write(JSON.stringify(lines));

/** What the catalog's cards and the conformance check recommend. */
function recommended(engine) {
  const texts = new Map();
  for (const card of shippedCards) {
    for (const variant of card.variants) {
      const own = variant.engineParameters[engine];
      if (own) texts.set(own, `card ${card.name}`);
      for (const { parameters } of suggestParameters({ engine, modelName: variant.name, parameters: '', results: [] })) texts.set(parameters, `suggested for ${variant.name}`);
    }
  }
  return [...texts].map(([text, name]) => [`${name}: ${text}`, text]);
}

/** A value of each kind that the product lets through. */
function samples({ flag, type, choices, nargs, ge, gt, le, lt }) {
  if (flag === '--enable-auto-tool-choice') return [`${flag} --tool-call-parser hermes`, '--no-enable-auto-tool-choice --tool-call-parser hermes'];
  if (type === 'switch') return [flag];
  if (type === 'toggle') return [flag, `--no-${flag.slice(2)}`];
  if (choices) return choices.map((choice) => `${flag} ${choice}`);
  const low = ge ?? (gt === undefined ? 1 : gt + (lt ?? le ?? gt + 2) / 2);
  const number = Math.min(Math.max(1, low), le ?? Infinity, lt === undefined ? Infinity : lt / 2);
  if (type === 'json') return [`${flag} '{}'`];
  if (type === 'text') return [`${flag} ${TEXTS[flag] ?? 'auto'}`];
  const many = nargs === '+' || nargs === '*' ? ` ${number}` : '';
  return [`${flag} ${type === 'number' ? number : Math.ceil(number)}${many}`, ...(type === 'count' ? [`${flag} 4k`] : [])];
}

/** Without leading program: the words after `vllm serve`, or after what puts the key in front of SGLang. */
function parserWords(engine, argv, seat) {
  const launch = { modelPath: '/model', host: '127.0.0.1', port: 41000, keyFile: '/key', alias: 'chat', argv, group: seat };
  const { imageCommand, commandLine } = engineProfile(engine);
  const words = commandLine({ ...launch, command: imageCommand });
  if (family === 'vllm') return words.slice(words.indexOf('serve') + 1);
  return [...words.slice(words.indexOf('/key') + 1), '--api-key', 'secret'];
}

/** The product's own modules, without what they need to run as a service. */
async function product() {
  const directory = mkdtempSync(join(tmpdir(), 'openstation-command-lines-'));
  const control = './controller/control/src';
  const contents = `
    export { engines } from '${control}/engines/catalogue.ts';
    export { readParameters } from '${control}/engines/parameters.ts';
    export { suggestParameters } from '${control}/conformance/suggest-parameters.ts';
    export { shippedCards } from '${control}/catalog/shipped-cards.ts';
    export { engineProfile } from './agent/src/engines/index.ts';
    import { whyOwned } from '${control}/engines/flag-ownership.ts';
    import { knownParameters } from '${control}/engines/known-parameters.ts';
    import { isUnreviewed as closed } from '${control}/engines/parameter-value.ts';
    import { engines as all } from '${control}/engines/catalogue.ts';
    export const flagListFor = (family, version) => {
      const known = knownParameters(all.find(({ flags }) => flags === family), version);
      if (!known.exact) throw new Error('no list of ' + family + ' ' + version + ': write it first');
      return known.flags;
    };
    export const openFlags = (flags) => flags.filter((flag) => whyOwned(flag.flag.slice(2)) === undefined && !closed(flag));
  `;
  try {
    const outfile = join(directory, 'product.mjs');
    await build({ stdin: { contents, resolveDir: root, loader: 'ts' }, outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error', tsconfigRaw: { compilerOptions: { experimentalDecorators: true } } });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
