import { describe, expect, it } from 'vitest';
import { cloneAt, dataDirectory } from '../install/index.js';
import { configurations } from './configuration.js';
import { childEnvironment } from './environment.js';
import { mend } from './policy.js';

const data = dataDirectory('/data dir');
const clone = cloneAt('/clone');
const ports = { console: 1, gateway: 2, agents: 3, grpc: 4, data: 5 };
const machine = { hostname: 'box', addresses: ['10.0.0.5'] };

describe('configurations', () => {
  it('keeps everything on loopback by default', () => {
    const made = configurations(data, clone, { host: '127.0.0.1', ports, importRoots: ['/models'] }, machine);
    expect(made.control).toEqual({
      dataDir: '/data dir/control',
      console: { host: '127.0.0.1', port: 1, publicHosts: ['localhost', '127.0.0.1'] },
      agents: { host: '127.0.0.1', port: 3, archiveDir: '/clone/agent-archives' }, enrolment: { host: '127.0.0.1', port: 4 }, gateway: { publicPort: 2 },
      models: { importRoots: ['/clone/models', '/models'] }, webRoot: '/clone/web/dist',
    });
    expect(made.gateway).toEqual({ dataDir: '/data dir/gateway', listen: { host: '127.0.0.1', port: 2 }, control: { address: '127.0.0.1:4' }, joinTokenFile: '/data dir/run/gateway.join-token' });
    expect(made.agent).toEqual({ dataDir: '/data dir/agent', control: { address: '127.0.0.1:4' }, data: { host: '127.0.0.1', port: 5, addresses: ['127.0.0.1'] }, joinTokenFile: '/data dir/run/agent.join-token' });
  });

  it('names the machine in the certificate when others may come', () => {
    const made = configurations(data, clone, { host: '0.0.0.0', ports, importRoots: [] }, machine);
    expect(made.control).toMatchObject({ console: { host: '0.0.0.0', publicHosts: ['localhost', '127.0.0.1', 'box', '10.0.0.5'] } });
    expect(made.agent).toMatchObject({ data: { host: '0.0.0.0', addresses: [] } });
  });
});

describe('the environment of the processes', () => {
  it('passes on what may be set from outside and nothing that steers Node', () => {
    expect(childEnvironment({
      PATH: '/bin', HOME: '/root', NODE_OPTIONS: '--inspect', npm_config_nodedir: '/x', OPENSTATION_DATA_DIR: '/y', OPENSTATION_LOG_LEVEL: 'debug', OPENSTATION_CONSOLE_PORT: '1', OPENSTATION_DOCKER_SOCKET: '/d', EMPTY: undefined,
    })).toEqual({ PATH: '/bin', HOME: '/root', OPENSTATION_LOG_LEVEL: 'debug', OPENSTATION_DOCKER_SOCKET: '/d' });
  });
});

describe('the policy of the local node', () => {
  const packaged = { node: '/n/node', server: '/c/server.mjs', directory: '/c' };
  const fresh = { command: ['/n/node', '/c/server.mjs'], readPaths: ['/c'], version: 'packaged' };
  const policy = (engine: { process?: { command: string[] }; image?: string }) => ({ version: 1, engines: { 'llama-cpp': { ...engine, repositories: ['r'] }, vllm: { image: 'v' } } });
  const there = () => true;

  it('is left alone while it works, and for good when an administrator pointed it elsewhere', () => {
    const own = policy({ process: { command: ['/own/llama-server'] } });
    for (const way of [undefined, 'process', { image: 'i:1' }] as const) expect(mend(own, packaged, way, there)).toBeUndefined();
    expect(mend(policy({ process: fresh }), packaged, undefined, there)).toBeUndefined();
    expect(mend(policy({ process: fresh }), packaged, 'process', there)).toBeUndefined();
  });

  it('gets the present command when the clone has moved, and keeps the rest', () => {
    expect(mend(policy({ process: { command: ['/n/node', '/old/server.mjs'] } }), packaged, undefined, (path) => !path.startsWith('/old'))).toEqual({
      version: 1, engines: { 'llama-cpp': { process: fresh, repositories: ['r'] }, vllm: { image: 'v' } },
    });
  });

  it('names only the image where containers are wanted, so that the agent does not prefer the program', () => {
    const mended = mend(policy({ process: fresh, image: 'old:1' }), packaged, { image: 'new:2' }, there);
    expect(mended?.engines['llama-cpp']).toEqual({ image: 'new:2', repositories: ['r'] });
    expect(mended && mend(mended, packaged, { image: 'new:2' }, there)).toBeUndefined();
    expect(mended && mend(mended, packaged, undefined, there)).toBeUndefined();
  });

  it('goes back to the program when Docker is gone', () => {
    expect(mend(policy({ image: 'new:2' }), packaged, 'process', there)?.engines['llama-cpp']).toEqual({ process: fresh, image: 'new:2', repositories: ['r'] });
  });
});
