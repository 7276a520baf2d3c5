import type OpenAI from 'openai';
import { waitFor } from '@openstation/kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { moment } from '../harness/changing-crowd.js';
import { useCluster, type ServiceView } from '../harness/cluster/index.js';
import { DockerHosts, dockerHostsPrerequisites, type DockerHost } from '../harness/docker-hosts.js';
import { callThroughout, openaiClient, streamChat } from '../harness/openai.js';
import { describeWith } from '../harness/prerequisites.js';
import { run } from '../harness/run.js';
import { ANSWERS, changedUnderLoad } from './scenarios/changed-under-load.js';
import { groupsAcrossNodes, type Groups } from './scenarios/groups.js';

/** What is done to services on several nodes, done to containers of several hosts that have a network and a Docker engine of their own. */
describeWith('services in containers on three hosts', dockerHostsPrerequisites, () => {
  let lab: DockerHosts;
  let image: string;

  beforeAll(async () => {
    lab = await DockerHosts.start(3);
    image = await lab.publishFakeEngine('openstation/engine:e2e', { ...ANSWERS, rankBlind: true });
  }, 180_000);
  afterAll(async () => {
    await lab?.stop();
  }, 90_000);
  const cluster = useCluster(() => ({
    agents: 3,
    cards: 2,
    hosts: lab.hosts,
    controlAddress: lab.address,
    engine: { kind: 'image', image, engines: { vllm: { image } }, distributed: true },
    launcher: lab.launcher,
    expose: (port) => lab.expose(port),
  }));
  const containers = () => Promise.all(lab.hosts.map((host) => host.containers()));

  test('one instance, two, three: each on a host of its own, and all gone with their service', async () => {
    const { admin, modelFile } = cluster();
    const { id } = await admin.deploy({ name: 'spread', modelId: (await admin.importModel(modelFile, 'spread')).id });
    for (const wantedInstances of [1, 2, 3]) {
      await admin.rest.patch(`/services/${id}`, { wantedInstances });
      await admin.serviceReady(id);
      expect((await containers()).map(({ length }) => length).sort()).toEqual([0, 0, 1, 1, 1].slice(wantedInstances - 1, wantedInstances + 2));
    }
    await admin.deleteServiceAndWait(id);
    expect((await containers()).flat()).toEqual([]);
  });

  describe('a service that is changed while it is called', () => changedUnderLoad(cluster, 2));

  describe('an instance across hosts', () => {
    const groups = groupsAcrossNodes(cluster, { ranks: [1], kill: ({ rank = 0 }) => killMember(lab.hosts[rank]!), look: closedToStrangers });

    test('no member starts before every host has its image', async () => {
      const { admin } = cluster();
      const [first, second, last] = lab.hosts as [DockerHost, DockerHost, DockerHost];
      await last.docker.getImage(image).remove({ force: true });
      await last.limit(100);
      const { id } = await admin.deploy({ name: 'held', modelId: groups.modelId(), mode: 'distributed', nodeIds: groups.nodeIds() });
      try {
        await waitFor(async () => {
          const phases = (await groups.newest(id))?.members.map(({ phase }) => phase);
          expect([...(await first.containers()), ...(await second.containers())].filter(({ grouped }) => grouped)).toEqual([]);
          return phases?.join() === 'group,group,image';
        }, { what: 'two members that wait for the third', timeoutMs: 20_000, everyMs: 50 });
        await last.limit(0);
        await admin.serviceReady(id);
      } finally {
        await admin.deleteServiceAndWait(id);
      }
    }, 90_000);

    test('nothing is left on any host: no member, no closed port', async () => {
      expect((await containers()).flat().filter(({ grouped }) => grouped)).toEqual([]);
      for (const host of lab.hosts) expect(await run([...host.launcher, 'nft', 'list', 'tables'])).not.toContain('openstation');
      await groups.untouched();
    });

    describe('faults of hosts', () => faultsOfHosts(groups));
  });

  function faultsOfHosts(groups: Groups): void {
    let client: OpenAI;
    let steady: ServiceView;

    beforeAll(async () => {
      const { admin, gatewayUrls, modelFile } = cluster();
      const model = await admin.importModel(modelFile, 'steady');
      const [first, second] = groups.nodeIds();
      const { id } = await admin.deploy({ name: 'steady', modelId: model.id, nodeIds: [first!] });
      await admin.rest.post(`/services/${id}/instances`, { nodeIds: [second] });
      steady = await admin.serviceReady(id);
      client = openaiClient(gatewayUrls[0]!, await cluster().userWithKey('eve'));
      await waitFor(async () => streamChat(client, 'steady'), { what: 'the service through the gateway', timeoutMs: 10_000 });
    }, 90_000);

    const now = () => cluster().admin.service(steady.id);
    const instanceIds = async () => (await now()).instances.map(({ id }) => id).sort();
    const node = async (name: string) => (await cluster().admin.nodes()).find((one) => one.name === name);
    const dockerSeen = async (name: string) => (await node(name))?.inventory?.drivers.find((driver) => driver.name === 'docker')?.available;
    const answeredBy = async () => [...new Set((await cluster().admin.rest.get<{ items: { instanceId: string }[] }>('/calls?limit=20')).items.map(({ instanceId }) => instanceId))].sort();

    test('Docker of one host hangs and the other host is cut off from control: both go on answering, and all is as before', async () => {
      const { controlPorts } = cluster();
      const [hanging, lonely] = lab.hosts as [DockerHost, DockerHost];
      const before = await containers();
      const ids = await instanceIds();
      const failures = await callThroughout(client, 'steady', async (answers) => {
        hanging.freeze();
        await lonely.deafen(controlPorts);
        try {
          await waitFor(async () => (await dockerSeen('node-0')) === false && (await node('node-1'))?.state === 'suspect', { what: 'both faults seen', timeoutMs: 40_000, everyMs: 200 });
          // Longer than an agent waits for a list of containers.
          await moment(3000);
          await answers(40);
          await waitFor(async () => expect(await answeredBy()).toEqual(ids), { what: 'answers of both', timeoutMs: 10_000, everyMs: 500 });
        } finally {
          hanging.thaw();
          await lonely.deafen(controlPorts, '-D');
        }
        await waitFor(async () => (await dockerSeen('node-0')) === true && (await node('node-1'))?.state === 'healthy', { what: 'both faults over', timeoutMs: 40_000, everyMs: 200 });
        await waitFor(async () => (await now()).instances.every(({ ready, unknown }) => ready && !unknown), { what: 'both known', timeoutMs: 20_000, everyMs: 100 });
      });
      expect(failures).toEqual([]);
      expect(await containers()).toEqual(before);
      expect(await instanceIds()).toEqual(ids);
    }, 120_000);

    test('a host whose cable is pulled is not waited for: what it had not begun to answer the other one answers, and with the cable all is as before', async () => {
      const before = await containers();
      const ids = await instanceIds();
      await cluster().scriptEngines({ ttftMs: 1500 });
      const slow = Array.from({ length: 6 }, () => client.chat.completions.create({ model: 'steady', messages: [{ role: 'user', content: 'slowly' }] }));
      await moment(500);
      await lab.hosts[0]!.cut();
      try {
        expect((await Promise.all(slow)).map(({ choices }) => choices[0]?.finish_reason)).toEqual(Array(6).fill('stop'));
      } finally {
        await lab.hosts[0]!.plugIn();
      }
      const calls = async () => (await cluster().admin.rest.get<{ items: { retries: number }[] }>('/calls?limit=6')).items;
      await waitFor(async () => expect((await calls()).filter(({ retries }) => retries > 0).length).toBeGreaterThanOrEqual(2), { what: 'calls of both hosts', timeoutMs: 5000, everyMs: 100 });
      await cluster().scriptEngines({});
      expect(await callThroughout(client, 'steady', () => waitFor(async () => (await answeredBy()).join() === ids.join(), { what: 'answers of both', timeoutMs: 30_000, everyMs: 200 }).then(() => undefined))).toEqual([]);
      await cluster().agentHealthy('node-0', 60_000);
      expect(await containers()).toEqual(before);
    }, 120_000);

    test('Docker of one host is restarted and its containers end: calls go on through the other host, and a group starts again as a whole', async () => {
      const { admin } = cluster();
      const ids = await instanceIds();
      const group = await groups.deploy('shaken', groups.nodeIds().slice(0, 2));
      const failures = await callThroughout(client, 'steady', async (answers) => {
        await lab.hosts[0]!.stopDocker();
        await answers(20);
        await lab.hosts[0]!.startDocker();
        await waitFor(async () => (await instanceIds()).join() !== ids.join(), { what: 'an instance in the place of the one that ended', timeoutMs: 60_000, everyMs: 100 });
        await admin.serviceReady(steady.id);
      });
      // What this host was answering in that moment ended with its engine, one call of each of four callers at most; nothing failed later.
      expect(failures.length, JSON.stringify(failures)).toBeLessThanOrEqual(4);
      expect((failures.at(-1)?.atMs ?? 0) - (failures[0]?.atMs ?? 0), JSON.stringify(failures)).toBeLessThan(2000);
      const after = await groups.replaced(group, group.instances[0]!.id);
      expect(after.members).toHaveLength(2);
      expect((await containers()).map((all) => all.filter(({ grouped }) => grouped).length)).toEqual([1, 1, 0]);
      await admin.deleteServiceAndWait(group.id);
      await admin.deleteServiceAndWait(steady.id);
      await groups.untouched();
      expect((await containers()).map(({ length }) => length)).toEqual([0, 1, 0]);
    }, 150_000);
  }

  /** Docker's own way to end a container by force. */
  async function killMember({ docker }: DockerHost): Promise<void> {
    const all = await docker.listContainers();
    await docker.getContainer(all.find(({ HostConfig }) => HostConfig.NetworkMode === 'host')!.Id).kill();
  }

  /** Where the members meet, only members come in. */
  async function closedToStrangers(): Promise<void> {
    const [head, member] = lab.hosts as [DockerHost, DockerHost];
    const container = (await head.docker.listContainers()).find(({ HostConfig }) => HostConfig.NetworkMode === 'host')!;
    const { Config, HostConfig } = await head.docker.getContainer(container.Id).inspect();
    expect(HostConfig.DeviceRequests?.[0]?.DeviceIDs).toHaveLength(1);
    const port = Config.Cmd[Config.Cmd.indexOf('--master-port') + 1]!;
    const knock = (launcher: readonly string[]) => run([...launcher, 'timeout', '1', 'bash', '-c', `exec 3<>/dev/tcp/${head.address}/${port}`]).then(() => 'in', (error: Error) => (/: 124\n/.test(error.message) ? 'silence' : error.message));
    expect([await knock(member.launcher), await knock(lab.launcher)]).toEqual(['in', 'silence']);
  }
});
