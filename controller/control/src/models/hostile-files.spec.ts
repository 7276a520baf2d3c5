import { describe, expect, it } from 'vitest';
import { ggufBytes, text, u32, u64 } from '../../test/cluster/fixtures/gguf-writer.js';
import { LLAMA_CONFIG, rawSafetensors, safetensorsBytes } from '../../test/cluster/fixtures/safetensors-writer.js';
import { examineModel } from './examine-model.js';
import { reportedDirectory } from './model-directory.js';

/*
 * Files as strangers may write them. Every case must end within a second, with one clear error of the expected kind, and
 * without a crash. Nothing here touches the disk: what the readers see is what a node would report.
 */
type Files = Readonly<Record<string, string | Buffer | undefined>>;
type Case = readonly [name: string, files: Files, code: string, message: RegExp];

const WEIGHTS = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';
const tensor = (dtype: string, shape: readonly unknown[], from: unknown, to: unknown) => ({ dtype, shape, data_offsets: [from, to] });
const header = (content: unknown, dataBytes = 0, length?: bigint) => ({ [WEIGHTS]: rawSafetensors(typeof content === 'string' ? content : JSON.stringify(content), dataBytes, length) });
const config = (change: Readonly<Record<string, unknown>>) => ({ 'config.json': JSON.stringify({ ...LLAMA_CONFIG, ...change }) });
const shard = (name: string) => safetensorsBytes({ [name]: { dtype: 'BF16', shape: [4] } });
const index = (weightMap: unknown) => ({ [WEIGHTS]: undefined, 'a.safetensors': shard('a'), [INDEX]: JSON.stringify({ weight_map: weightMap }) });

const safetensors: readonly Case[] = [
  ['an empty file', { [WEIGHTS]: Buffer.alloc(0) }, 'truncated', /ends before/],
  ['a header of 0 bytes', header('', 0), 'damaged', /not JSON/],
  ['a header of 2^63 bytes', header('{}', 0, 2n ** 63n), 'damaged', /absurd/],
  ['a header of 2^53 - 1 bytes', header('{}', 0, 2n ** 53n - 1n), 'damaged', /longer than/],
  ['a header of 99 MB', header('{}', 0, 99_000_000n), 'damaged', /longer than/],
  ['a header longer than the file', header('{}', 0, 100n), 'truncated', /ends before/],
  ['a header that is no JSON', header('{'), 'damaged', /not JSON/],
  ['a header of text', header('"abc"'), 'damaged', /not an object/],
  ['a header of a list', header('[]'), 'damaged', /not an object/],
  ['a header of null', header('null'), 'damaged', /not an object/],
  ['a header that is no UTF-8', { [WEIGHTS]: rawSafetensors(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 0) }, 'damaged', /UTF-8/],
  ['a header 100,000 levels deep', header('['.repeat(100_000)), 'damaged', /deeper/],
  ['a header with deep metadata', header(`{"__metadata__":${'{"a":'.repeat(50)}1${'}'.repeat(50)}}`), 'damaged', /deeper/],
  ['a tensor twice', header('{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}', 4), 'damaged', /twice/],
  ['an unknown type', header({ a: tensor('PICKLE', [4], 0, 4) }, 4), 'unknown-dtype', /unknown type PICKLE/],
  ['a type with control characters', header({ a: tensor('\u001b[2J\u202e', [4], 0, 4) }, 4), 'unknown-dtype', /unknown type \?\[2J\?$/],
  ['an overlap', header({ a: tensor('U8', [4], 0, 4), b: tensor('U8', [4], 2, 6) }, 6), 'damaged', /overlap or leave gaps/],
  ['a gap', header({ a: tensor('U8', [4], 0, 4), b: tensor('U8', [4], 8, 12) }, 12), 'damaged', /overlap or leave gaps/],
  ['reversed offsets', header({ a: tensor('U8', [4], 4, 0) }, 4), 'damaged', /does not fill/],
  ['the same place for two', header({ a: tensor('U8', [4], 0, 4), b: tensor('U8', [4], 0, 4) }, 4), 'damaged', /overlap/],
  ['offsets beyond the file', header({ a: tensor('U8', [4], 0, 4) }, 3), 'truncated', /cut off/],
  ['bytes nobody named', header({ a: tensor('U8', [4], 0, 4) }, 5), 'damaged', /damaged/],
  ['a span that is not shape times type', header({ a: tensor('F32', [4], 0, 4) }, 4), 'damaged', /does not fill/],
  ['a shape of 2^100 numbers', header({ a: tensor('U8', [2 ** 50, 2 ** 50], 0, 4) }, 4), 'damaged', /absurdly large/],
  ['a shape beyond 2^64', header('{"a":{"dtype":"U8","shape":[18446744073709551616],"data_offsets":[0,4]}}', 4), 'damaged', /not valid/],
  ['a negative shape', header({ a: tensor('U8', [-4], 0, 4) }, 4), 'damaged', /not valid/],
  ['a shape of 1e400', header('{"a":{"dtype":"U8","shape":[1e400],"data_offsets":[0,4]}}', 4), 'damaged', /not valid/],
  ['a shape with a text', header({ a: tensor('U8', ['4'], 0, 4) }, 4), 'damaged', /not valid/],
  ['a shape of 1,000 dimensions', header({ a: tensor('U8', Array(1000).fill(1), 0, 1) }, 1), 'damaged', /not valid/],
  ['negative offsets', header({ a: tensor('U8', [4], -4, 0) }, 0), 'damaged', /not valid/],
  ['offsets with fractions', header({ a: tensor('U8', [4], 0.5, 4.5) }, 4), 'damaged', /not valid/],
  ['one offset only', header({ a: { dtype: 'U8', shape: [4], data_offsets: [0] } }, 4), 'damaged', /not valid/],
  ['a tensor that is a number', header({ a: 1 }), 'damaged', /not valid/],
  ['a tensor called __proto__', header('{"__proto__":{"dtype":"U8","shape":[4],"data_offsets":[0,9]}}', 4), 'damaged', /does not fill/],
  ['200,001 tensors', header(`{${Array.from({ length: 200_001 }, (_, at) => `"${at}":{}`).join(',')}}`), 'damaged', /more tensors/],
  ['a tensor in two files', { 'b.safetensors': shard('a'), [WEIGHTS]: shard('a') }, 'damaged', /in b.safetensors, too/],
  ['HTML instead of weights', { [WEIGHTS]: '<!doctype html><html><body>404 not found</body></html>' }, 'damaged', /absurd|longer/],
  ['a pointer of a large file store', { [WEIGHTS]: 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1' }, 'damaged', /absurd|longer/],
];

const documents: readonly Case[] = [
  ['no config.json', { 'config.json': undefined }, 'no-config', /no config.json/],
  ['an empty config.json', { 'config.json': '' }, 'damaged', /not JSON/],
  ['a config.json that is a list', { 'config.json': '[]' }, 'config-invalid', /not an object/],
  ['a config.json of 50 MB', { 'config.json': Buffer.alloc(50_000_000, 0x20) }, 'damaged', /50000000 bytes/],
  ['a deep config.json', { 'config.json': `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}` }, 'damaged', /deeper/],
  ['a config.json with NaN', { 'config.json': '{"hidden_size":NaN}' }, 'damaged', /not JSON/],
  ['a config.json that names something twice', { 'config.json': '{"hidden_size":1,"hidden_size":2}' }, 'damaged', /twice/],
  ['-1 layers', config({ num_hidden_layers: -1 }), 'config-invalid', /num_hidden_layers/],
  ['1e12 layers', config({ num_hidden_layers: 1e12 }), 'config-invalid', /num_hidden_layers/],
  ['"32" layers', config({ num_hidden_layers: '32' }), 'config-invalid', /num_hidden_layers/],
  ['half a layer', config({ num_hidden_layers: 0.5 }), 'config-invalid', /num_hidden_layers/],
  ['a list of heads', config({ num_attention_heads: [4] }), 'config-invalid', /num_attention_heads/],
  ['a width of 1e308', config({ hidden_size: 1e308 }), 'config-invalid', /hidden_size/],
  ['an endless type', config({ torch_dtype: 'x'.repeat(1000) }), 'config-invalid', /torch_dtype/],
  ['a type that is an object', config({ torch_dtype: {} }), 'config-invalid', /torch_dtype/],
  ['architectures that are a number', config({ architectures: 5 }), 'config-invalid', /architectures/],
  ['a quantisation that is a text', config({ quantization_config: 'awq' }), 'config-invalid', /quantization_config/],
  ['a latent rank of -5', config({ kv_lora_rank: -5 }), 'config-invalid', /kv_lora_rank/],
  ['2^53 experts', config({ num_experts: 2 ** 53, num_experts_per_tok: 1 }), 'config-invalid', /num_experts/],
  ['a nested -1', config({ text_config: { hidden_size: -1 } }), 'config-invalid', /hidden_size/],
  ['a tokenizer_config.json that is no JSON', { 'tokenizer_config.json': '{{' }, 'damaged', /not JSON/],
  ['a tokenizer_config.json of 9 MB', { 'tokenizer_config.json': Buffer.alloc(9 * 2 ** 20, 0x20) }, 'damaged', /bytes/],
  ['no tokenizer', { 'tokenizer.json': undefined, 'tokenizer_config.json': undefined }, 'no-tokenizer', /no tokenizer/],
  ['no weights', { [WEIGHTS]: undefined }, 'no-weights', /no .safetensors/],
  ['an index that climbs', index({ a: '../../etc/passwd' }), 'index-mismatch', /plain name/],
  ['an absolute index', index({ a: '/etc/passwd' }), 'index-mismatch', /plain name/],
  ['an index with a folder', index({ a: 'x/a.safetensors' }), 'index-mismatch', /plain name/],
  ['an index with a NUL', index({ a: 'a.safetensors\u0000.json' }), 'index-mismatch', /plain name/],
  ['an index of an absent shard', index({ a: 'b.safetensors' }), 'missing-shard', /b.safetensors is not there/],
  ['an index that names config.json as a shard', index({ a: 'config.json' }), 'missing-shard', /config.json is not there/],
  ['an index of a tensor that is not there', index({ a: 'a.safetensors', b: 'a.safetensors' }), 'index-mismatch', /1 tensors are not/],
  ['an index without a map', { [INDEX]: '{}' }, 'index-mismatch', /no weight_map/],
  ['an index of numbers', index({ a: 5 }), 'index-mismatch', /not names/],
  ['an index that is a text', { [INDEX]: '"x"' }, 'index-mismatch', /no weight_map/],
  ['an index of 17 MB', { [INDEX]: Buffer.alloc(17 * 2 ** 20, 0x20) }, 'damaged', /bytes/],
  ['an index with __proto__', { [INDEX]: '{"weight_map":{"__proto__":"../x"}}' }, 'index-mismatch', /plain name/],
  ['two of three shards', { [WEIGHTS]: undefined, 'model-00001-of-00003.safetensors': shard('a'), 'model-00003-of-00003.safetensors': shard('b') }, 'missing-shard', /1 of 3 parts/],
  ['99,999 announced shards', { [WEIGHTS]: undefined, 'model-00001-of-99999.safetensors': shard('a') }, 'missing-shard', /of 99999 parts/],
];

const gg = (...parts: Buffer[]) => ({ 'x.gguf': Buffer.concat([Buffer.from('GGUF'), u32(3), ...parts]) });
const tensorRecord = (name: string, elements: number, type: number, offset: number | bigint) => Buffer.concat([text(name), u32(1), u64(elements), u32(type), u64(offset)]);
const gguf: readonly Case[] = [
  ['an empty file', { 'x.gguf': Buffer.alloc(0) }, 'truncated', /ends before/],
  ['another magic', { 'x.gguf': 'GGML0000000000000000' }, 'damaged', /not a GGUF/],
  ['another version', { 'x.gguf': ggufBytes({ version: 1 }) }, 'damaged', /version 1/],
  ['a version in the other byte order', { 'x.gguf': Buffer.concat([Buffer.from('GGUF'), Buffer.from([0, 0, 0, 3]), Buffer.alloc(64)]) }, 'damaged', /version 50331648/],
  ['more tensors than any model', gg(u64(1e9), u64(0)), 'damaged', /more entries/],
  ['more metadata than any model', gg(u64(0), u64(1e9)), 'damaged', /more entries/],
  ['a count beyond 2^53', gg(u64(2n ** 63n), u64(0)), 'damaged', /absurd/],
  ['a key longer than the file', gg(u64(0), u64(1), u64(1000)), 'truncated', /ends before/],
  ['a key of 2 KB', gg(u64(0), u64(1), text('k'.repeat(2000)), u32(4), u32(1)), 'damaged', /overlong text/],
  ['a text of 2^40 bytes', gg(u64(0), u64(1), text('a'), u32(8), u64(2 ** 40)), 'truncated', /ends before/],
  ['a list of 2^40 texts', gg(u64(0), u64(1), text('a'), u32(9), u32(8), u64(2 ** 40), Buffer.alloc(64)), 'damaged', /overlong list/],
  ['a list of two million texts in 64 bytes', gg(u64(0), u64(1), text('a'), u32(9), u32(8), u64(2e6), Buffer.alloc(64)), 'truncated', /ends before/],
  ['a list of numbers beyond the end', gg(u64(0), u64(1), text('a'), u32(9), u32(4), u64(1e6), Buffer.alloc(64)), 'truncated', /ends before/],
  ['a list of lists', gg(u64(0), u64(1), text('a'), u32(9), u32(9), u64(1)), 'damaged', /list of lists/],
  ['an unknown type', gg(u64(0), u64(1), text('a'), u32(99)), 'damaged', /unknown type 99/],
  ['a key twice', gg(u64(0), u64(2), text('a'), u32(4), u32(1), text('a'), u32(4), u32(2)), 'damaged', /twice/],
  ['an alignment of 0', gg(u64(0), u64(1), text('general.alignment'), u32(4), u32(0)), 'damaged', /alignment/],
  ['an alignment that is a text', gg(u64(0), u64(1), text('general.alignment'), u32(8), text('32')), 'damaged', /alignment/],
  ['a tensor twice', gg(u64(2), u64(0), tensorRecord('t', 1, 0, 0), tensorRecord('t', 1, 0, 32), Buffer.alloc(128)), 'damaged', /twice/],
  ['tensors that overlap', gg(u64(2), u64(0), tensorRecord('t', 16, 0, 0), tensorRecord('u', 16, 0, 32), Buffer.alloc(256)), 'damaged', /overlap/],
  ['a tensor of 2^100 numbers', gg(u64(1), u64(0), text('t'), u32(2), u64(2 ** 50), u64(2 ** 50), u32(0), u64(0)), 'damaged', /absurdly large/],
  ['a tensor of 99 dimensions', gg(u64(1), u64(0), text('t'), u32(99)), 'damaged', /dimensions/],
  ['a tensor that begins beyond the end', gg(u64(1), u64(0), tensorRecord('t', 1, 0, 1e9)), 'truncated', /cut off/],
  ['a tensor that ends beyond the end', gg(u64(1), u64(0), tensorRecord('t', 1e6, 0, 0), Buffer.alloc(256)), 'truncated', /cut off/],
  ['an offset beyond 2^53', gg(u64(1), u64(0), tensorRecord('t', 1, 0, 2n ** 60n)), 'damaged', /absurd/],
];

describe('hostile model files', () => {
  const base: Files = { 'config.json': JSON.stringify(LLAMA_CONFIG), [WEIGHTS]: shard('w'), 'tokenizer.json': '{}', 'tokenizer_config.json': '{"chat_template":"x"}' };
  const look = (files: Files, format: 'gguf' | 'safetensors') => {
    const heads = new Map(Object.entries(files).flatMap(([path, content]) => (content === undefined ? [] : [[path, Buffer.from(content)] as const])));
    return examineModel(reportedDirectory({ heads, files: [...heads].map(([path, bytes]) => ({ path, bytes: bytes.length })) }), format);
  };

  it('are more than sixty', () => expect(safetensors.length + documents.length + gguf.length).toBeGreaterThanOrEqual(60));

  it('differ from a whole model, which has nothing against it', async () => {
    expect((await look(base, 'safetensors')).findings).toEqual([]);
    expect((await look({ 'x.gguf': ggufBytes() }, 'gguf')).findings).toEqual([]);
  });

  describe.each([['safetensors', [...safetensors, ...documents]], ['gguf', gguf]] as const)('%s', (format, cases) => {
    it.each(cases)('%s', async (_, files, code, message) => {
      const started = performance.now();
      const { facts, findings } = await look(format === 'gguf' ? files : { ...base, ...files }, format);
      const errors = findings.filter(({ level }) => level === 'error');
      expect(errors.map((error) => error.code)).toEqual([code]);
      expect(errors[0]?.message).toMatch(message);
      expect(facts).toBeNull();
      expect(performance.now() - started).toBeLessThan(3_000);
    });
  });
});
