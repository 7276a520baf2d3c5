import { describe, expect, it } from 'vitest';
import { cloneAt, differences, settle } from '../install/index.js';
import { dataOf, modelPathOf, parsePort, wantedOf } from './options.js';

const clone = cloneAt('/clone');

describe('data directory', () => {
  it('is the option, else the environment, else data/ in the clone', () => {
    expect(dataOf({ dataDir: 'd' }, { OPENSTATION_DATA_DIR: '/env' }, clone, '/here').root).toBe('/here/d');
    expect(dataOf({}, { OPENSTATION_DATA_DIR: '/env dir' }, clone, '/here').agent).toBe('/env dir/agent');
    expect(dataOf({}, { OPENSTATION_DATA_DIR: '' }, clone, '/here').root).toBe('/clone/data');
  });
});

describe('ports', () => {
  it.each(['0', '65536', '80.5', '-1', 'http', ''])('refuses %j', (text) => {
    expect(() => parsePort(text)).toThrow('must be a port from 1 to 65535');
  });

  it('come from the command line, else from the first start, else from the defaults', () => {
    const first = settle(wantedOf({ portGateway: 9000 }), undefined);
    expect(first.ports).toEqual({ console: 32206, gateway: 9000, agents: 30200, grpc: 30201, data: 30210 });
    expect(settle(wantedOf({ portConsole: 9001 }), first).ports).toMatchObject({ console: 9001, gateway: 9000 });
    expect(settle(wantedOf({ host: '0.0.0.0' }), first)).toMatchObject({ host: '0.0.0.0', ports: { gateway: 9000 } });
  });

  it('tell in what a running installation differs from what is wanted', () => {
    const running = settle(wantedOf({}), undefined);
    expect(differences(running, settle(wantedOf({}), running))).toEqual([]);
    expect(differences(running, settle(wantedOf({ portGateway: 1, host: '0.0.0.0' }, '/models'), running))).toEqual(['host', 'gateway', 'import roots']);
  });
});

describe('model', () => {
  it('is the included one unless named', () => {
    expect(modelPathOf(undefined, clone, '/here')).toEqual({ path: '/clone/models/tiny-chat/tiny-chat.gguf', importRoot: undefined });
  });

  it('must be there and be a GGUF file', () => {
    expect(() => modelPathOf('none.gguf', clone, '/here')).toThrow('--model: there is no file /here/none.gguf');
    expect(() => modelPathOf(import.meta.filename, clone, '/here')).toThrow('is not a .gguf file');
  });
});
