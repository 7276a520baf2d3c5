import { describe, expect, it } from 'vitest';
import { engineById, engines, engineView } from './catalogue.js';
import { knownFlags, readVersions } from './flag-lists.js';
import { whyOwned } from './flag-ownership.js';
import { versionOf } from './image-version.js';
import { nearestName } from './nearest-name.js';
import { ParameterError } from './parameter-lexer.js';
import { readParameters } from './parameters.js';
import { shippedImage } from './shipped-images.js';

const families = ['vllm', 'sglang'] as const;
const words = (engine: 'vllm' | 'vllm-cpu' | 'sglang', text: string, running?: string) => readParameters(engineById(engine), text, running).argv.join(' ');

describe('lists of flags', () => {
  it.each(families.flatMap((family) => readVersions(family).map((list) => [`${family} ${list.version}`, list] as const)))('%s: sorted, each flag once, owned by nobody or by the platform with a reason', (_, { flags }) => {
    const names = flags.map(({ flag }) => flag);
    expect(names).toEqual([...new Set(names)].sort());
    expect(names.length).toBeGreaterThan(200);
    for (const name of ['--host', '--port', '--api-key', '--trust-remote-code', '--nnodes', '--node-rank', '--tensor-parallel-size']) {
      const bare = (flags.find(({ flag, aliases }) => flag === name || aliases.includes(name))?.flag ?? '').slice(2);
      expect([name, whyOwned(bare)]).toEqual([name, expect.stringMatching(/^(is not allowed|follows from)/)]);
    }
  });

  it.each(engines.filter(({ flags }) => flags !== undefined).map((engine) => [engine.id, engine] as const))('%s: the shipped version was read, and has every flag that is offered', (id, engine) => {
    const running = shippedImage(id) ?? '';
    const { list, exact } = knownFlags(engine.flags!, running, running);
    expect(exact).toBe(true);
    const offered = engineView(engine).parameters;
    expect(offered.map(({ flag }) => flag)).toEqual(engine.parameters.map(({ flag }) => flag));
    for (const { flag, type, choices } of offered) {
      const known = list.flags.find((one) => one.flag === flag);
      expect([flag, known?.type]).toEqual([flag, expect.stringMatching({ integer: /integer|count/, number: /number/, boolean: /switch|toggle/, choice: /text/, string: /text/ }[type])]);
      expect(choices.length > 0).toBe(type === 'choice');
    }
  });

  it.each([
    ['vllm/vllm-openai:v0.18.0', '0.18.0', true],
    ['registry.example:5000/vllm/vllm-openai-cpu:v0.32.0-x86_64', '0.32.0', true],
    ['v0.18.1', '0.18.0', false],
    ['v0.31.0-cu129', '0.32.0', false],
    ['0.18.0rc1', '0.18.0', false],
    ['vllm/vllm-openai:nightly', '0.18.0', false],
    [`vllm/vllm-openai@sha256:${'0'.repeat(64)}`, '0.18.0', false],
    ['packaged', '0.18.0', false],
  ])('%s → %s', (running, version, exact) => {
    const found = knownFlags('vllm', running, 'v0.18.0');
    expect([found.list.version, found.exact]).toEqual([version, exact]);
  });

  it.each([['lmsysorg/sglang:v0.5.18-xeon', '0.5.18'], ['v0.5.15.post1', '0.5.15.post1'], ['vllm:latest', undefined], ['host:5000/x', undefined], ['v1.2', '1.2.0']])('%s has the version %s', (text, version) => {
    expect(versionOf(text)?.text).toBe(version);
  });
});

describe('parameters of the version that runs', () => {
  it.each([
    ['vllm', '--no-enable-prefix-caching', '--no-enable-prefix-caching'],
    ['vllm', '--enable_chunked_prefill --no_enforce_eager', '--enable-chunked-prefill --no-enforce-eager'],
    ['vllm', '-q awq --async-scheduling', '--quantization awq --async-scheduling'],
    ['vllm', '--cudagraph-capture-sizes 1 2 4 --seed 3', '--cudagraph-capture-sizes 1 2 4 --seed 3'],
    ['vllm', `--default-chat-template-kwargs '{"enable_thinking": false}'`, '--default-chat-template-kwargs {"enable_thinking": false}'],
    ['vllm', `--speculative-config '{"method": "ngram", "num_speculative_tokens": 4}'`, '--speculative-config {"method": "ngram", "num_speculative_tokens": 4}'],
    ['vllm', '--runner pooling --kv-cache-memory-bytes 4G --cpu-offload-gb 2.5', '--runner pooling --kv-cache-memory-bytes 4G --cpu-offload-gb 2.5'],
    ['vllm-cpu', '--max-num-batched-tokens 4K', '--max-num-batched-tokens 4K'],
    ['sglang', '--schedule-policy lpm --disable-radix-cache --random-seed -1', '--schedule-policy lpm --disable-radix-cache --random-seed -1'],
    ['sglang', '--speculative-algorithm NGRAM --chunked-prefill-size 4096', '--speculative-algorithm NGRAM --chunked-prefill-size 4096'],
  ] as const)('%s takes %s', (engine, text, argv) => expect(words(engine, text)).toBe(argv));

  it('reads a context of 32k for what it is', () => {
    expect([readParameters(engineById('vllm'), '--max-model-len 32k').contextLength, readParameters(engineById('sglang'), '--context-length=32K').contextLength]).toEqual([32_000, 32_768]);
  });

  it.each([
    ['vllm', '--enable-prefix-cachng', /^vLLM 0\.18\.0 does not know --enable-prefix-cachng here; did you mean --enable-prefix-caching\?$/],
    ['vllm', '--max-seqs 4', /did you mean --max-num-seqs\?/],
    ['vllm', '--dtype bf16', /must be one of auto, bfloat16.*did you mean bfloat16\?/],
    ['vllm', '--reasoning-parser deepseek-r1', /did you mean deepseek_r1\?/],
    ['vllm', '--enforce-eager=1', /switch and takes no value/],
    ['vllm', '--gpu-memory-utilization 1.5', /between 0\.1 and 0\.98/],
    ['vllm', '--stream-interval 0', /at least 1/],
    ['vllm', '--video-pruning-rate 1', /at least 0 and less than 1/],
    ['vllm', '--seed x', /a whole number/],
    ['vllm', '--max-model-len 3x', /32k and the like/],
    ['vllm', '--cudagraph-capture-sizes', /needs a value/],
    ['vllm', '--enforce-eager --no-enforce-eager', /twice/],
    ['vllm', '--enable-auto-tool-choice --seed 1', /^--enable-auto-tool-choice needs --tool-call-parser too$/],
    ['vllm', '--max-num-queued-reqs 4', /vLLM 0\.18\.0 does not know/],
    ['vllm', '-tp 2', /chosen nodes/],
    ['vllm', '--disable-log-stats', /own numbers/],
    ['vllm', '--enable-log-requests', /what people ask/],
    ['vllm', '--trust-request-chat-template', /not allowed/],
    ['vllm', '--additional-config x', /any text/],
    ['vllm', `--compilation-config '{"debug_dump_path": "/tmp"}'`, /must not have debug_dump_path/],
    ['vllm', `--pooler-config '{"a": {"b": "/etc"}}'`, /path or an address/],
    ['vllm', `--default-chat-template-kwargs '{"chat_template": "x"}'`, /run as code/],
    ['vllm', '--eplb-config [1]', /JSON object/],
    ['vllm', '--attention-backend my.module.Backend', /one plain word/],
    ['sglang', '--delete-ckpt-after-loading', /not allowed/],
    ['sglang', '--tp 2', /chosen nodes/],
    ['sglang', '--grpc-port 3', /not allowed/],
    ['sglang', '--quantization awqq', /did you mean awq\?/],
  ] as const)('%s refuses %s', (engine, text, message) => {
    expect(() => words(engine, text)).toThrow(ParameterError);
    expect(() => words(engine, text)).toThrow(message);
  });

  it('says which flags are outdated', () => {
    expect(readParameters(engineById('sglang'), '--disable-cuda-graph').warnings.map(({ code }) => code)).toEqual(['parameter-outdated']);
  });
});

describe('parameters of a version whose flags were never read', () => {
  const read = (text: string, running = 'v0.31.0') => readParameters(engineById('vllm'), text, running);

  it('takes the list of the version that runs when there is one', () => {
    expect(read('--max-num-queued-reqs 4', 'vllm/vllm-openai:v0.32.0')).toEqual({ argv: ['--max-num-queued-reqs', '4'], warnings: [] });
    expect(() => read('--calculate-kv-scales', 'v0.32.0')).toThrow(/vLLM 0\.32\.0 does not know/);
  });

  it('warns instead of refusing what is not in the nearest list', () => {
    const { argv, warnings } = read('--brand-new_flag 3 --other-new=word --a-switch --dtype fp6');
    expect(argv.join(' ')).toBe('--brand-new-flag 3 --other-new word --a-switch --dtype fp6');
    expect(warnings.map(({ code }) => code)).toEqual(['parameters-version', ...Array<string>(4).fill('parameter-unlisted')]);
    expect(warnings[0]?.message).toMatch(/^checked against vLLM 0\.32\.0, the engine says v0\.31\.0/);
    expect(read('').warnings).toEqual([]);
  });

  it.each([
    ['--brand-new /etc/passwd', /number or a plain word/],
    ['--brand-new pkg.module.Class', /number or a plain word/],
    ['--brand-new {}', /number or a plain word/],
    ['-zz', /does not know/],
    ['--middlewar x', /does not know/],
    ['--trust-remote', /not allowed/],
    ['--no-trust-remote-code', /not allowed/],
    ['--kv-transfer-config.kv_connector x', /not allowed/],
    ['--compilation-config.backend x', /does not know/],
    ['--served model', /does not know/],
    ['--max-num-seqs 0', /between 1 and 1024/],
  ])('still refuses %s', (text, message) => expect(() => read(text)).toThrow(message));
});

describe('the nearest name', () => {
  const names = ['threads', 'parallel', 'ctx-size', 'max-num-seqs'];
  it.each([['thread', 'threads'], ['treads', 'threads'], ['ctx', 'ctx-size'], ['num-seqs', 'max-num-seqs'], ['temperature', undefined], ['x', undefined]])('%s → %s', (typed, near) => expect(nearestName(typed, names)).toBe(near));
});
