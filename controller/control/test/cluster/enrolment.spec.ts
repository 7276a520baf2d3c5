import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { controllerCredentials, newSigningRequest } from '@openstation/member';
import { EnrolmentClient, MemberKind, memberFromSubjectAltName, parseJoinToken, formatJoinToken, type JoinReply } from '@openstation/proto';
import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnEveryDatabase, type TestDatabase } from '../fixtures/databases.js';
import { ClusterUnderTest } from './fixtures/cluster-under-test.js';
import { joinAs } from './fixtures/fake-agent.js';

describeOnEveryDatabase('enrolment', (makeDatabase) => {
  let database: TestDatabase;
  let cluster: ClusterUnderTest;

  beforeAll(async () => {
    database = await makeDatabase();
    cluster = await ClusterUnderTest.start(database);
  });
  afterAll(async () => {
    await cluster.stop();
    await database.drop();
  });

  const join = (joinToken: string, csrDer: Buffer, kind = MemberKind.AGENT) =>
    new Promise<JoinReply | ServiceError>((resolve) => {
      const client = new EnrolmentClient(cluster.enrolmentAddress, controllerCredentials(authorityPem));
      client.join({ joinToken, kind, csrDer, name: 'raw', addresses: [], machineId: '', bootId: '' }, new Metadata(), { deadline: Date.now() + 5_000 }, (error, reply) => {
        client.close();
        resolve(error ?? reply);
      });
    });
  let authorityPem = '';

  it('turns a token into certificates whose names come from the controller', async () => {
    const member = await joinAs(cluster, await cluster.joinToken({ nodeName: 'first' }), { name: 'something-else' });
    authorityPem = member.authorityPem;
    expect(member.name).toBe('first');
    const root = new X509Certificate(member.authorityPem);
    for (const [chain, usage] of [[member.certificateChainPem, '1.3.6.1.5.5.7.3.2'], [member.dataCertificateChainPem, '1.3.6.1.5.5.7.3.1']] as const) {
      const leaf = new X509Certificate(chain);
      expect(leaf.verify(root.publicKey)).toBe(true);
      expect(leaf.keyUsage).toEqual([usage]);
      expect(memberFromSubjectAltName(leaf.subjectAltName)).toEqual({ clusterId: member.clusterId, role: 'agent', id: member.memberId });
      expect(Date.parse(leaf.validFrom)).toBeLessThan(Date.now() - 3_500_000);
    }
    expect((await cluster.must('GET', '/nodes')) as unknown).toContainEqual(expect.objectContaining({ id: member.memberId, name: 'first', state: 'joining' }));
  });

  it('gives a second server of the same name another one', async () => {
    expect((await joinAs(cluster, await cluster.joinToken(), { name: 'twin' })).name).toBe('twin');
    expect((await joinAs(cluster, await cluster.joinToken(), { name: 'twin' })).name).toBe('twin-2');
  });

  it('takes a token once', async () => {
    const token = await cluster.joinToken();
    await joinAs(cluster, token);
    await expect(joinAs(cluster, token)).rejects.toMatchObject({ retryable: false, message: expect.stringContaining('used already') as string });
  });

  it('admits one of two that come at the same moment', async () => {
    const token = await cluster.joinToken();
    const results = await Promise.allSettled([joinAs(cluster, token), joinAs(cluster, token), joinAs(cluster, token)]);
    expect(results.filter(({ status: result }) => result === 'fulfilled')).toHaveLength(1);
  });

  it('gives the same key the same answer again, and another key none', async () => {
    const token = await cluster.joinToken();
    const request = await newSigningRequest();
    const first = (await join(token, request.der)) as JoinReply;
    const second = (await join(token, request.der)) as JoinReply;
    expect(second).toEqual(first);
    expect(await join(token, (await newSigningRequest()).der)).toMatchObject({ code: status.PERMISSION_DENIED });
  });

  it('refuses an expired token', async () => {
    const token = await cluster.joinToken();
    cluster.clock.advance(30 * 60_000);
    await expect(joinAs(cluster, token)).rejects.toThrow(/expired/);
  });

  it('refuses a token of another kind', async () => {
    await expect(joinAs(cluster, await cluster.joinToken({ kind: 'gateway' }))).rejects.toThrow(/for a gateway/);
  });

  it('gives a gateway no certificate for a data port', async () => {
    const member = await joinAs(cluster, await cluster.joinToken({ kind: 'gateway' }), { kind: MemberKind.GATEWAY });
    expect(member.dataCertificateChainPem).toBe('');
    expect(memberFromSubjectAltName(new X509Certificate(member.certificateChainPem).subjectAltName)?.role).toBe('gateway');
  });

  it('is not trusted by a joiner whose token pins another root', async () => {
    const token = parseJoinToken(await cluster.joinToken());
    if (!token) throw new Error('the token cannot be read');
    await expect(joinAs(cluster, formatJoinToken({ ...token, pin: 'a'.repeat(52) }))).rejects.toThrow(/is not the controller/);
  });

  it('says nothing about a token whose secret is wrong', async () => {
    const token = parseJoinToken(await cluster.joinToken());
    if (!token) throw new Error('the token cannot be read');
    await expect(joinAs(cluster, formatJoinToken({ ...token, secret: '0'.repeat(64) }))).rejects.toThrow('the join token is not known here');
  });

  it('refuses a request that is not signed by its own key, and keeps the token for an honest one', async () => {
    const token = await cluster.joinToken();
    const { der } = await newSigningRequest();
    const forged = Buffer.from(der);
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    expect(await join(token, forged)).toMatchObject({ code: status.INVALID_ARGUMENT });
    expect(await join(token, Buffer.from('nonsense'))).toMatchObject({ code: status.INVALID_ARGUMENT });
    expect(await join(token, der)).toHaveProperty('memberId');
  });

  it('is one audit record per deed', async () => {
    const token = await cluster.joinToken({ nodeName: 'audited' });
    await joinAs(cluster, token);
    const { items } = (await cluster.must('GET', '/audit?limit=2')) as { items: { verb: string; objectName: string }[] };
    expect(items.map(({ verb, objectName }) => [verb, objectName])).toEqual([['agent.join', 'audited'], ['join-token.create', 'audited']]);
  });
});
