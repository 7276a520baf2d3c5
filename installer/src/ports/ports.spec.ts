import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { describeOwner, planPorts, portOwners, tryPort } from './index.js';
import { parseSocketTable } from './socket-table.js';

const open: Server[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function listener(): Promise<number> {
  const server = createServer();
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function freePort(): Promise<number> {
  return (await tryPort('127.0.0.1', 0)) ?? 0;
}

async function settings(ports: Partial<Record<'console' | 'gateway' | 'agents' | 'grpc' | 'data', number>>) {
  const all = { console: await freePort(), gateway: await freePort(), agents: await freePort(), grpc: await freePort(), data: await freePort(), ...ports };
  return { host: '127.0.0.1', ports: all, importRoots: [] };
}

describe('socket table', () => {
  it('finds listening sockets only', () => {
    const text = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4242 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1F91 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 4243 1 0000000000000000 20 4 30 10 -1`;
    expect(parseSocketTable(text)).toEqual([{ port: 8080, address: '0100007F', inode: '4242', uid: 1000 }]);
  });
});

describe('port owners', () => {
  it('names pid and command of a listener', async () => {
    const port = await listener();
    expect((await portOwners(port)).owners).toEqual([{ pid: process.pid, command: expect.stringMatching(/./) }]);
    expect(await describeOwner(port)).toMatch(new RegExp(`^pid ${process.pid} \\(.+\\)$`));
  });

  it('knows nobody on a free port', async () => {
    expect(await portOwners(await freePort())).toEqual({ owners: [], hidden: false });
  });

  it("says that it is another user's when no process shows the socket", async () => {
    const port = await listener();
    const proc = await mkdtemp('/tmp/installer-proc-');
    try {
      await mkdir(`${proc}/net`);
      await writeFile(`${proc}/net/tcp`, await readFile('/proc/net/tcp'));
      expect(await portOwners(port, proc)).toEqual({ owners: [], hidden: true });
    } finally {
      await rm(proc, { recursive: true });
    }
  });
});

describe('the plan of ports', () => {
  it('keeps free ports', async () => {
    const wanted = await settings({});
    expect(await planPorts(wanted)).toEqual(wanted);
  });

  it('refuses a taken port with its owner and the option to choose another', async () => {
    const taken = await listener();
    await expect(planPorts(await settings({ gateway: taken }))).rejects.toThrow(new RegExp(`port ${taken} is taken by pid ${process.pid} \\(.*\\): stop it, or choose another port with --port-gateway`));
  });

  it('tells of all taken ports at once', async () => {
    const [one, other] = [await listener(), await listener()];
    const plan = planPorts(await settings({ console: one, grpc: other }));
    await expect(plan).rejects.toThrow(`port ${one}`);
    await expect(plan).rejects.toThrow(`port ${other}`);
  });

  it('refuses one port for two listeners', async () => {
    const port = await freePort();
    await expect(planPorts(await settings({ agents: port, grpc: port }))).rejects.toThrow(`port ${port} is given for --port-agents and --port-grpc`);
  });

  it("moves the agent's own data port out of the way", async () => {
    const taken = await listener();
    const { ports } = await planPorts(await settings({ data: taken }));
    expect(ports.data).not.toBe(taken);
    expect(ports.data).toBeGreaterThan(0);
  });
});
