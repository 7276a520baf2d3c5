import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { parseAddress, parseName, withJoinOptions } from './join.js';

describe('the address of the controller', () => {
  it.each(['10.0.0.5:30201', 'localhost:1', 'box.example.org:65535', '[fd00::5]:30201'])('may be %s', (text) => {
    expect(parseAddress(text)).toBe(text);
  });

  it.each(['', '10.0.0.5', ':30201', 'https://box:30201', 'fd00::5:30201', 'box:0', 'box:65536', 'box:30201/x', '-box:1', 'a b:1'])('may not be %j', (text) => {
    expect(() => parseAddress(text)).toThrow('must be host:port');
  });
});

describe('the name of the node', () => {
  it('is what the controller takes', () => {
    for (const name of ['gpu-7', '节点1', 'a'.repeat(64)]) expect(parseName(name)).toBe(name);
    for (const name of ['', '-x', 'a b', "a'b", 'a'.repeat(65)]) expect(() => parseName(name)).toThrow('must start with a letter or digit');
  });
});

describe('options of join', () => {
  const parsed = (...args: string[]) => {
    let options: unknown;
    withJoinOptions(new Command('join').exitOverride().configureOutput({ writeErr: () => undefined })).action((given) => void (options = given)).parse(args, { from: 'user' });
    return options;
  };

  it('listens on every address by default', () => {
    expect(parsed('--control', 'box:1')).toEqual({ control: 'box:1', dataHost: '0.0.0.0', dataPort: 30210 });
    expect(parsed('--control', 'box:1', '--data-host', '10.0.0.7', '--data-port', '4', '--name', 'n', '--token-file', 't')).toEqual({ control: 'box:1', dataHost: '10.0.0.7', dataPort: 4, name: 'n', tokenFile: 't' });
  });

  it('needs the controller, and takes no token', () => {
    expect(() => parsed()).toThrow("required option '--control <host:port>'");
    expect(() => parsed('--control', 'box:1', '--token', 'osj1_x')).toThrow("unknown option '--token'");
    expect(() => parsed('--control', 'box:1', 'osj1_x')).toThrow('too many arguments');
  });
});
