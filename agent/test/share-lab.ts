import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Backoff, RateLimit, createLogger } from '@openstation/kit';
import type { MemberRecord } from '@openstation/member';
import { GRANT_HEADER, formatModelGrant, type MemberIdentity, type ModelGrant } from '@openstation/proto';
import { DataPlane, RevokedMembers } from '../src/data-plane/index.js';
import { HttpPieceSource, ModelCache } from '../src/model-cache/index.js';
import { ModelShare } from '../src/model-share/index.js';
import { openCache, somePlaces, type Places } from './scripted-models.js';
import { TestAuthority, type Leaf } from './test-authority.js';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** How somebody calls a data port. */
export interface Call {
  readonly path: string;
  readonly leaf?: Leaf | undefined;
  readonly headers?: Record<string, string>;
}

/** One cluster's authority, a node that has the test's model and shares it, and whoever a test wants to call it. */
export class ShareLab {
  readonly places: Places = somePlaces();
  readonly #closing: (() => Promise<void>)[] = [];

  private constructor(readonly root: string, readonly authority: TestAuthority, private readonly control: Leaf) {}

  static async open(): Promise<ShareLab> {
    const authority = await TestAuthority.create();
    return new ShareLab(await mkdtemp(join(tmpdir(), 'os-share-')), authority, await authority.issue({ role: 'control', id: '' }, 'server'));
  }

  async close(): Promise<void> {
    for (const close of this.#closing) await close();
    // A fetch that a test left is ending behind it, and may still write a file.
    await rm(this.root, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }

  get digest(): string {
    return this.places.directory.reference.manifestDigest;
  }

  grant(nodeId: string, over: Partial<ModelGrant> = {}, signer = this.control): string {
    return formatModelGrant({ nodeId, manifestDigest: this.digest, expiresAtMs: Date.now() + 60_000, ...over }, signer);
  }

  async member(id: string): Promise<MemberRecord> {
    const [client, server] = await Promise.all([this.authority.issue({ role: 'agent', id }, 'client'), this.authority.issue({ role: 'agent', id }, 'server')]);
    // One key for both certificates in real life; here each leaf has its own, and a server and a client are different records.
    return { memberId: id, clusterId: this.authority.clusterId, name: id, sessionAddress: '', privateKeyPem: client.keyPem, certificateChainPem: client.certificatePem, dataCertificateChainPem: server.certificatePem, authorityPem: this.authority.certificatePem };
  }

  /** A node with a whole copy, its data port open. */
  async holder(id: string): Promise<{ port: number; cache: ModelCache; revoked: RevokedMembers }> {
    const directory = join(this.root, id);
    const cache = await openCache(directory, this.places);
    await cache.ensure(this.places.directory.reference, () => undefined, new AbortController().signal);
    const server = await this.authority.issue({ role: 'agent', id }, 'server');
    const record = { ...(await this.member(id)), privateKeyPem: server.keyPem, dataCertificateChainPem: server.certificatePem };
    const revoked = await RevokedMembers.open(directory);
    const log = createLogger('agent', 'silent');
    const share = new ModelShare(cache, () => record, Date.now, log);
    const port = new DataPlane(record, () => ({ kind: 'unknown' }), () => undefined, revoked, (peer, asked, response) => share.answer(peer, asked, response), log);
    this.#closing.push(() => port.close());
    return { port: await port.listen('127.0.0.1', 0), cache, revoked };
  }

  /** A node of the cluster that answers as a test wants. */
  async liar(identity: Pick<MemberIdentity, 'role' | 'id'>, answer: (request: IncomingMessage, response: ServerResponse) => void, authority = this.authority): Promise<number> {
    const { keyPem, certificatePem } = await authority.issue(identity, 'server');
    const server = createServer({ key: keyPem, cert: certificatePem, ca: authority.certificatePem, requestCert: true, rejectUnauthorized: authority === this.authority }, answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#closing.push(() => closed(server));
    return (server.address() as AddressInfo).port;
  }

  /** A node without the model that knows these nodes and asks them over the network; its controller is the scripted one. */
  async fetcher(id: string, ports: Readonly<Record<string, number>>, isRevoked: (memberId: string) => boolean = () => false): Promise<ModelCache> {
    const member = await this.member(id);
    this.places.directory.nodes = Object.keys(ports);
    return ModelCache.open({
      root: join(this.root, id), directory: this.places.directory, limit: new RateLimit(undefined), usedBy: () => undefined, now: Date.now,
      backoff: () => new Backoff({ firstMs: 20, maxMs: 200 }),
      open: {
        controller: () => this.places.controller,
        node: (nodeId) => new HttpPieceSource({ kind: 'node', name: nodeId, address: () => `127.0.0.1:${ports[nodeId] ?? 0}`, member: () => member, expected: { role: 'agent', id: nodeId }, isRevoked, grant: () => this.grant(id) }),
      },
    });
  }

  /** @throws Error when the connection is refused or cut */
  call(port: number, { path, leaf, headers = {} }: Call): Promise<RawAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
    const asked = request({ host: '127.0.0.1', port, path, headers, agent: false, ca: this.authority.certificatePem, checkServerIdentity: () => undefined, ...(leaf ? { key: leaf.keyPem, cert: leaf.certificatePem } : {}) }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
      response.once('error', reject);
    });
    asked.setTimeout(30_000, () => asked.destroy(new Error('no byte in time')));
    asked.once('error', reject);
    asked.end();
    return promise;
  }

  granted(nodeId: string, range: string): Record<string, string> {
    return { [GRANT_HEADER]: this.grant(nodeId), range };
  }
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
