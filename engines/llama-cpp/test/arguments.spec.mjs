import { describe, expect, it } from 'vitest';
import { mayCall, readKeys } from '../src/api-key.mjs';
import { defaultThreads, parseArguments } from '../src/arguments.mjs';

describe('command line', () => {
  it('reads every flag, with a blank or an equals sign', () => {
    const settings = parseArguments(['--model', '/m/a.gguf', '--host=0.0.0.0', '--port', '41000', '--api-key-file', '/k', '--alias', 'chat', '--ctx-size=512', '--parallel', '4', '--threads', '2']);
    expect(settings).toEqual({ model: '/m/a.gguf', host: '0.0.0.0', port: 41000, apiKeyFile: '/k', alias: 'chat', ctxSize: 512, parallel: 4, threads: 2 });
  });

  it('names the model after its file when no alias is given', () => {
    expect(parseArguments(['--model', '/m/qwen-0.5b.gguf'])).toMatchObject({ alias: 'qwen-0.5b', host: '127.0.0.1', parallel: 1 });
  });

  it.each([
    [[], '--model is missing'],
    [['--model', 'a', '--port', 'http'], '--port must be a whole number from 0 to 65535, not "http"'],
    [['--model', 'a', '--parallel', '0'], '--parallel must be a whole number from 1 to 1024'],
    [['--model', 'a', '--ctx-size', '1.5'], '--ctx-size must be a whole number'],
    [['--model', 'a', '--threads'], '--threads needs a value'],
    [['--model', '--port', '1'], '--model needs a value, but "--port" follows'],
    [['--model', 'a', '--turbo', '1'], 'unknown argument "--turbo"'],
  ])('refuses %j', (argv, message) => {
    expect(() => parseArguments(argv)).toThrow(message);
  });

  it('takes half of the cores, at least one', () => {
    expect([1, 2, 3, 8, 32].map(defaultThreads)).toEqual([1, 1, 1, 4, 16]);
  });
});

describe('keys', () => {
  it('asks for none without a file', () => {
    expect(mayCall(readKeys(undefined, () => ''), undefined)).toBe(true);
  });

  it('accepts every line of the file and nothing else', () => {
    const keys = readKeys('/k', () => 'first\n\n second \n');
    expect(mayCall(keys, 'Bearer first')).toBe(true);
    expect(mayCall(keys, 'bearer second')).toBe(true);
    for (const wrong of [undefined, '', 'Bearer', 'Bearer third', 'first', 'Basic first', 'Bearer first second']) expect(mayCall(keys, wrong)).toBe(false);
  });

  it('refuses an empty or unreadable file with the flag in the message', () => {
    expect(() => readKeys('/k', () => '\n')).toThrow('--api-key-file: /k holds no key');
    expect(() => readKeys('/k', () => { throw new Error('EACCES'); })).toThrow('--api-key-file: EACCES');
  });
});
