import { waitFor } from '@openstation/kit';
import type { JoinedMember } from '@openstation/member';
import { MemberKind, SPARE_HEADER, modelFilePath } from '@openstation/proto';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { readFile, symlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentListener } from '../../src/listeners/index.js';
import { ModelRepository } from '../../src/models/index.js';
import { describeOnEveryDatabase } from '../fixtures/databases.js';
import { ClusterUnderTest } from './fixtures/cluster-under-test.js';
import { joinAs, type FakeAgent } from './fixtures/fake-agent.js';
import { writeGguf } from './fixtures/gguf-writer.js';
import { NodeLab } from './fixtures/node-lab.js';

const BYTES = 6_000_000;
type Identity = Pick<JoinedMember, 'privateKeyPem' | 'certificateChainPem'>;

describeOnEveryDatabase('model files over the agents port', (makeDatabase) => {
  let lab: NodeLab;
  let agent: FakeAgent;
  let path: string;
  let file: string;

  beforeEach(async () => {
    lab = await NodeLab.start(await makeDatabase());
    const source = join(lab.cluster.importDir, 'm.gguf');
    await writeGguf(source, {}, BYTES);
    const { model } = (await lab.cluster.must('POST', '/models/import', { path: source })) as { model: { id: string } };
    await lab.until('the model', async () => ((await lab.cluster.must('GET', `/models/${model.id}`)) as { state: string }).state === 'ready');
    const row = await lab.cluster.control.app.get(ModelRepository, { strict: false }).get(model.id);
    path = modelFilePath(row?.digest ?? '', 'm.gguf');
    file = join(lab.cluster.dataDir, 'models', model.id, 'm.gguf');
    agent = await lab.node('a');
    await lab.cluster.must('POST', `/models/${model.id}/prefetch`, { nodeIds: [agent.member.memberId] });
    await agent.next('cache');
  });
  afterEach(() => lab.stop());

  const port = () => lab.cluster.control.app.get(AgentListener, { strict: false }).port;

  /** @throws Error when the connection is refused or cut */
  function get(wanted: string, headers: Record<string, string>, member: Identity | undefined = agent.member): Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }> {
    return new Promise((resolve, reject) => {
      const call = request({ host: '127.0.0.1', port: port(), path: wanted, headers, agent: false, rejectUnauthorized: false, ...(member ? { key: member.privateKeyPem, cert: member.certificateChainPem } : {}) }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).once('error', reject);
        response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
      });
      call.setTimeout(10_000, () => call.destroy(new Error('no byte in time')));
      call.once('error', reject);
      call.end();
    });
  }
  const status = async (wanted: string, range = 'bytes=0-9', member?: Identity) => (await get(wanted, { range }, member)).status;

  function raw(range: string): { socket: TLSSocket; heard: () => string } {
    const socket = connect({ host: '127.0.0.1', port: port(), key: agent.member.privateKeyPem, cert: agent.member.certificateChainPem, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] });
    let heard = '';
    socket.on('error', () => undefined).once('secureConnect', () => socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nrange: ${range}\r\n\r\n`));
    socket.once('data', (data: Buffer) => {
      heard = data.toString('latin1', 9, 12);
      socket.pause();
    });
    return { socket, heard: () => heard };
  }

  it('go to a node that an order names, and to nobody else', async () => {
    const answer = await get(path, { range: 'bytes=0-999' });
    expect(answer).toMatchObject({ status: 206, headers: { 'content-range': `bytes 0-999/${BYTES}` } });
    expect(answer.body.equals((await readFile(file)).subarray(0, 1000))).toBe(true);
    const stranger = await lab.node('b');
    expect(await status(path, 'bytes=0-9', stranger.member), 'a node without an order').toBe(403);
    expect(await status(path, 'bytes=0-9', await joinAs(lab.cluster, await lab.cluster.joinToken({ kind: 'gateway' }), { kind: MemberKind.GATEWAY })), 'a gateway').toBe(404);
    await expect(get(path, { range: 'bytes=0-9' }, { privateKeyPem: '', certificateChainPem: '' }), 'nobody').rejects.toThrow();
    await expect(get(path, { range: 'bytes=0-9' }, { privateKeyPem: agent.member.privateKeyPem, certificateChainPem: agent.member.dataCertificateChainPem }), 'the certificate of a server').rejects.toThrow();
  });

  it('go to no member of another cluster', async () => {
    const database = await makeDatabase();
    const other = await ClusterUnderTest.start(database);
    const foreign = await joinAs(other, await other.joinToken());
    await expect(get(path, { range: 'bytes=0-9' }, foreign)).rejects.toThrow();
    await other.stop();
    await database.drop();
  });

  it('stop going to a removed node, in the middle of an answer too', async () => {
    const { socket, heard } = raw(`bytes=0-${BYTES - 1}`);
    await waitFor(() => heard() === '206', { what: 'an answer', timeoutMs: 5000 });
    await lab.cluster.must('DELETE', `/nodes/${agent.member.memberId}?force=true`);
    socket.resume();
    await waitFor(() => socket.destroyed, { what: 'the end of the connection', timeoutMs: 10_000 });
    await expect(get(path, { range: 'bytes=0-9' })).rejects.toThrow();
  });

  describe('are named by the manifest', () => {
    it('byte by byte', async () => {
      const base = path.slice(0, -'m.gguf'.length);
      for (const hostile of ['../m.gguf', '..%2fm.gguf', '%2e%2e/%2e%2e/openstation.db', '/etc/passwd', '%2fetc%2fpasswd', 'm.gguf/', './m.gguf', 'm.gguf%00', 'm.gguf?x', '%ff', '%', '', 'constructor', 'M.GGUF'])
        expect(await status(`${base}${hostile}`), hostile).toBe(404);
      expect(await status(`/models/${'f'.repeat(64)}/files/m.gguf`), 'another digest').toBe(403);
      for (const other of ['/', '/models/', '/api/v1/models', `${base.slice(0, -'files/'.length)}pieces`]) expect(await status(other), other).toBe(404);
    });

    it('one range at a time, inside the file', async () => {
      for (const range of ['', 'bytes=0-', 'bytes=-1', `bytes=0-${BYTES}`, 'bytes=5-4', 'bytes=0-1,2-3', 'bytes=99999999999999999999-1']) expect(await status(path, range), range).toBe(416);
      expect(await status(path, `bytes=${BYTES - 1}-${BYTES - 1}`)).toBe(206);
    });

    it('and never what a link in their place leads to', async () => {
      await rm(file);
      await symlink('/etc/passwd', file);
      expect(await status(path)).toBe(500);
    });
  });

  it('are refused to headers without end, and the next caller is served', async () => {
    const answer = await get(path, { range: 'bytes=0-9', padding: 'x'.repeat(100_000) }).catch((error: unknown) => error as Error);
    expect(answer instanceof Error || answer.status === 431).toBe(true);
    expect(await status(path)).toBe(206);
  });

  it('go whole or not at all to 100 at once, and no place is lost', async () => {
    const right = (await readFile(file)).subarray(0, 500_000);
    const answers = await Promise.all(Array.from({ length: 100 }, () => get(path, { range: 'bytes=0-499999' })));
    const whole = answers.filter((answer) => answer.status === 206);
    expect(answers.every((answer) => answer.status === 206 || answer.status === 503)).toBe(true);
    expect(whole.length).toBeGreaterThan(0);
    expect(whole.every(({ body }) => body.equals(right))).toBe(true);
    for (let n = 0; n < 10; n += 1) expect(await status(path)).toBe(206);
  });

  it('leave places for others while one node reads slowly; a spare piece waits for everybody', async () => {
    const slow = Array.from({ length: 12 }, () => raw(`bytes=0-${BYTES - 1}`));
    await waitFor(() => slow.every(({ heard }) => heard() !== ''), { what: 'twelve answers', timeoutMs: 10_000 });
    expect(slow.filter(({ heard }) => heard() === '206')).toHaveLength(8);
    const other = await lab.node('b');
    await lab.cluster.must('POST', `/models/${(await agent.next('cache')).model?.modelId ?? ''}/prefetch`, { nodeIds: [other.member.memberId] });
    await other.next('cache');
    expect(await status(path, 'bytes=0-9', other.member)).toBe(206);
    expect((await get(path, { range: 'bytes=0-9', [SPARE_HEADER]: '1' }, other.member)).status).toBe(503);
    for (const { socket } of slow) socket.destroy();
    await waitFor(async () => (await get(path, { range: 'bytes=0-9', [SPARE_HEADER]: '1' }, other.member)).status === 206, { what: 'a time with nothing else to do', timeoutMs: 5000 });
  });
});
