import { waitFor } from '@openstation/kit';
import { JoinError, joinCluster, newSigningRequest, recover } from '@openstation/member';
import { Goodbye_Reason, MemberKind } from '@openstation/proto';
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnEveryDatabase, type TestDatabase } from '../fixtures/databases.js';
import { ClusterUnderTest } from './fixtures/cluster-under-test.js';
import { FakeAgent, joinAs } from './fixtures/fake-agent.js';

const DAY_MS = 86_400_000;

describeOnEveryDatabase('identity', (makeDatabase) => {
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

  const comeBack = async (member: Awaited<ReturnType<typeof asRecord>>) => {
    const { der, privateKeyPem } = await newSigningRequest();
    const renewed = await recover(member, der, { controlAddress: cluster.enrolmentAddress, addresses: ['127.0.0.1'], machineId: 'm-1', bootId: 'b-1' });
    return { ...member, ...renewed, privateKeyPem };
  };
  const asRecord = async (name: string) => ({ ...(await joinAs(cluster, await cluster.joinToken(), { name })), sessionAddress: cluster.sessionAddress });

  it('lets an agent that was away past its certificate come back by itself three times, then asks for a person', async () => {
    let member = await asRecord('sleeper');
    cluster.clock.advance(31 * DAY_MS);
    for (let time = 1; time <= 3; time += 1) {
      const before = member;
      member = await comeBack(member);
      expect(member.memberId).toBe(before.memberId);
      expect(member.privateKeyPem).not.toBe(before.privateKeyPem);
    }
    await expect(comeBack(member)).rejects.toMatchObject({ retryable: false, message: expect.stringContaining('readmit it in the console') as string });
    await cluster.must('POST', `/nodes/${member.memberId}/readmit`);
    await expect(comeBack(member)).resolves.toMatchObject({ memberId: member.memberId });
    cluster.clock.advance(-31 * DAY_MS);
  });

  it('takes the key before the newest once more, because an answer can be lost, but no older one', async () => {
    const first = await asRecord('lossy');
    await comeBack(first);
    await expect(comeBack(first)).resolves.toBeDefined();
    await expect(comeBack(first)).rejects.toThrow(/renewed since/);
  });

  it('refuses a signature of another key, a removed node, and one that was away for too long', async () => {
    const member = await asRecord('strict');
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await expect(comeBack({ ...member, privateKeyPem: stranger })).rejects.toThrow(/not signed by the key/);
    cluster.clock.advance(121 * DAY_MS);
    await expect(comeBack(member)).rejects.toThrow(/join again with a new token/);
    cluster.clock.advance(-121 * DAY_MS);
    await cluster.must('DELETE', `/nodes/${member.memberId}?force=true`);
    await waitFor(async () => (await cluster.ask('GET', `/nodes/${member.memberId}`)).status === 404, { what: 'the removal', timeoutMs: 5_000 });
    await expect(comeBack(member)).rejects.toThrow(/removed from the cluster/);
  });

  it('refuses a server whose disk is a copy of a living node’s, but not a second agent on the same server', async () => {
    const original = await FakeAgent.joined(cluster, { machineId: 'disk-1', bootId: 'boot-1' }, 'original');
    const join = async (bootId: string) =>
      joinCluster({ controlAddress: cluster.enrolmentAddress, joinToken: await cluster.joinToken(), kind: MemberKind.AGENT, name: 'copy', addresses: [], machineId: 'disk-1', bootId });
    await expect(join('boot-2')).rejects.toBeInstanceOf(JoinError);
    await expect(join('boot-2')).rejects.toThrow(/machine id of node original/);
    await expect(join('boot-1')).resolves.toMatchObject({ name: 'copy' });
    original.close();
  });

  it('believes neither of two machines with one identity until a person decides', async () => {
    const member = await joinAs(cluster, await cluster.joinToken(), { name: 'doubled' });
    const machines = ['a', 'b', 'a', 'b'].map((bootId) => ({ machineId: 'm', bootId }));
    const agents: FakeAgent[] = [];
    for (const machine of machines) {
      const agent = new FakeAgent(cluster.sessionAddress, member, true, machine);
      agents.push(agent);
      await waitFor(() => agent.received.length > 0 || agent.error !== undefined, { what: 'an answer', timeoutMs: 5_000 });
    }
    const farewells = agents.map((agent) => agent.received.flatMap(({ body }) => (body?.$case === 'goodbye' ? [body.value.reason] : [])));
    expect(farewells.flat()).toContain(Goodbye_Reason.CLONED);
    const late = new FakeAgent(cluster.sessionAddress, member, true, machines[0]);
    expect((await late.next('goodbye')).reason).toBe(Goodbye_Reason.CLONED);
    await cluster.must('POST', `/nodes/${member.memberId}/readmit`);
    const alone = new FakeAgent(cluster.sessionAddress, member, true, machines[0]);
    await alone.next('welcome');
    for (const agent of [...agents, late, alone]) agent.close();
  });
});
