import { describe, expect, it } from 'vitest';
import { ApiError } from '../http/index.js';
import { checkCustomEngine } from './check-custom-engine.js';
import { customEngine } from './custom-engine.js';
import type { CustomEngine } from './engines.store.js';
import { fillPlan, placeholdersOf, unknownPlaceholder } from './placeholders.js';

const own: CustomEngine = {
  id: 'custom-own', name: 'Own', hardware: 'gpu', formats: ['gguf'], image: 'registry.example/own:1', entrypoint: ['/opt/own/server', '--template', '/opt/own/chat.jinja'],
  argv: ['--weights', '{model_path}', '--listen={host}:{port}', '--name', '{served_name}', '--secret', '{api_key_file}', '--window={context_length}', '--slots', '{parallel}', '--cards', '{cards}', '{"a": "{cards}"}'],
  env: { OWN_THREADS: '2' }, healthPath: '/status/live', metricsPath: '/status/numbers', description: '',
};
const spec = { contextLength: 4096, parallel: 2, cards: 1, nodes: 1, cores: 0, kvCacheBytes: 0, extraArgv: [] };

describe('placeholders', () => {
  it.each([['{context_length}', '7'], ['a{cards}b{cards}', 'a7b7'], ['{port}', '{port}'], ['{unknown}', '{unknown}'], ['{"cards": 1}', '{"cards": 1}'], ['{__proto__}{constructor}', '{__proto__}{constructor}'], ['{}', '{}']])('the plan fills %s as %s', (word, filled) => {
    expect(fillPlan(word, { context_length: 7, parallel: 7, cards: 7 })).toBe(filled);
  });
  it.each([['{model}', 'model'], ['--x={Port}', 'Port'], ['{port}{nope}', 'nope'], ['{}', ''], ['{port}', undefined], ['{"key": "value"}', undefined], ['{ port }', undefined]])('%s: unknown is %s', (word, name) => expect(unknownPlaceholder(word)).toBe(name));
  it('are found wherever they stand', () => expect([...placeholdersOf(['--l={host}:{port}', '{port}'])]).toEqual(['host', 'port']));
});

describe('an administrator’s engine', () => {
  it('is its template: the plan’s numbers are in it, the node’s words are left to the node', () => {
    expect(customEngine(own).argv(spec)).toEqual([
      '--weights', '{model_path}', '--listen={host}:{port}', '--name', '{served_name}', '--secret', '{api_key_file}', '--window=4096', '--slots', '2', '--cards', '1', '{"a": "1"}',
    ]);
    expect(customEngine(own).template).toEqual({ image: own.image, command: own.entrypoint, healthPath: '/status/live', metricsPath: '/status/numbers' });
    expect(customEngine(own).env(spec)).toEqual({ OWN_THREADS: '2' });
    expect(customEngine(own)).toMatchObject({ parameters: [], codeFlag: null });
  });

  it('is taken as it is here', () => expect(() => checkCustomEngine(own)).not.toThrow());

  const more = (...words: string[]) => ({ argv: [...own.argv, ...words] });
  it.each<[string, Partial<CustomEngine>, string, RegExp]>([
    ['a placeholder that is none', more('--x', '{model}'), 'argv.14', /\{model\} is no placeholder; there are \{model_path\}, .*\{cards\}/],
    ['a placeholder in the program', { entrypoint: ['/opt/{port}'] }, 'entrypoint.0', /belong into argv/],
    ['no port', { argv: ['{model_path}'] }, 'argv', /\{port\} is missing/],
    ['no model', { argv: ['{port}'] }, 'argv', /\{model_path\} is missing/],
    ['an address of its own', more('--host', '0.0.0.0'), 'argv.13', /give it \{host\}/],
    ['a port beside the placeholder', more('--port={port}0'), 'argv.13', /give it \{port\}/],
    ['a name of its own', more('--served_model_name', 'x'), 'argv.13', /give it \{served_name\}/],
    ['a key in sight', more('--api-key', '{api_key_file}'), 'argv.13', /use --api-key-file \{api_key_file\}/],
    ['code of the model', more('--trust-remote-code'), 'argv.13', /approved per model/],
    ['what belongs to groups', more('--nnodes', '2'), 'argv.13', /runs on one node/],
    ['what no node takes', more('--config', 'x'), 'argv.13', /never take it/],
    ['a path of the node', more('--dir', '/etc'), 'argv.14', /entrypoint if it is one of the image/],
    ['a path of the node after a flag', more('--dir=../x'), 'argv.13', /no node takes a path/],
    ['a line break', more('a\nb'), 'argv.13', /control characters/],
    ['an image without a tag', { image: 'registry.example/own' }, 'image', /tag or a digest/],
    ['a secret among the variables', { env: { OWN_TOKEN: 'x' } }, 'env.OWN_TOKEN', /no node accepts/],
  ])('names the field and the fix of %s', (_, over, field, words) => {
    const refusal = (): unknown => {
      try {
        return checkCustomEngine({ ...own, ...over });
      } catch (error) {
        return error;
      }
    };
    const error = refusal();
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ extras: { field }, message: expect.stringMatching(words) as string });
  });
});
