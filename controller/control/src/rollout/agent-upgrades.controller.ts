import { Controller } from '@nestjs/common';
import { compareVersions, isReleaseVersion } from '@openstation/proto';
import { Audit } from '../audit/index.js';
import { ApiError, Caller, Endpoint, Input, type CallerIdentity, type InputOf } from '../http/index.js';
import { NodeRepository, type NodeRow } from '../nodes/index.js';
import { Operations, type OperationView } from '../operations/index.js';
import { Store } from '../store/index.js';
import { AgentArchives, type AgentArchive } from './agent-archives.js';
import { RolloutLoop } from './rollout-loop.js';
import { RolloutRepository } from './rollout.repository.js';
import { routes } from './rollout.schema.js';

@Controller()
export class AgentUpgradesController {
  constructor(
    private readonly archives: AgentArchives,
    private readonly nodes: NodeRepository,
    private readonly rollouts: RolloutRepository,
    private readonly operations: Operations,
    private readonly loop: RolloutLoop,
    private readonly store: Store,
    private readonly audit: Audit,
  ) {}

  @Endpoint(routes.upgradeAgents)
  async upgradeAgents(@Input() { body }: InputOf<typeof routes.upgradeAgents>, @Caller() caller: CallerIdentity): Promise<OperationView> {
    const archives = await this.#archivesOf(body.version);
    const [{ version }] = archives;
    if ((await this.operations.unfinished('upgrade-agents')).length > 0) throw new ApiError('conflict', 'another upgrade of agents is under way: wait until it has ended');
    const nodes = await this.#nodesFor(archives, body.nodeIds);
    const id = await this.store.transaction(async (tx) => {
      const only = nodes.length === 1 ? nodes[0] : undefined;
      const title = only ? `${only.name}: agent ${version}` : `Agents of ${nodes.length} nodes: ${version}`;
      const operationId = await this.operations.start(tx, { kind: 'upgrade-agents', subjectId: only?.id ?? version.slice(0, 36), title, startedBy: caller.username, steps: nodes.map((node) => node.id) });
      await this.rollouts.create(tx, operationId, { version, batch: body.batch, nodes });
      await this.audit.record(tx, caller, 'agents.upgrade', { type: 'operation', id: operationId, name: title }, { version, nodes: nodes.length, batch: body.batch });
      tx.afterCommit(() => this.loop.wake());
      return operationId;
    });
    const view = await this.operations.get(id);
    if (!view) throw new ApiError('internal', 'the operation that was started cannot be found');
    return view;
  }

  async #archivesOf(wanted: string | undefined): Promise<readonly [AgentArchive, ...AgentArchive[]]> {
    const all = await this.archives.list();
    const version = wanted ?? all.find(({ failure }) => failure === '')?.version;
    const [first, ...others] = all.filter((archive) => archive.version === version);
    if (!first) throw new ApiError('not-found', wanted === undefined ? 'there is no agent to upgrade to: none is here, or what is here failed on a node' : `there is no agent ${wanted} here: listAgentReleases says which there are`, { field: 'version' });
    return [first, ...others];
  }

  /** Named ones must fit; without names those that can gain from it. */
  async #nodesFor(archives: readonly [AgentArchive, ...AgentArchive[]], nodeIds: readonly string[]): Promise<{ id: string; name: string; arch: string }[]> {
    const [{ version }] = archives;
    const all = await this.nodes.list();
    const chosen = nodeIds.length === 0 ? all.filter((node) => obstacle(node, archives) === undefined) : all.filter(({ id }) => nodeIds.includes(id));
    const missing = nodeIds.find((id) => !all.some((node) => node.id === id));
    if (missing !== undefined) throw new ApiError('not-found', `no node has the id ${missing}`, { field: 'nodeIds' });
    for (const node of chosen) {
      const why = obstacle(node, archives);
      if (why !== undefined) throw new ApiError('conflict', `${node.name} ${why}`, { field: 'nodeIds' });
    }
    if (chosen.length === 0) throw new ApiError('conflict', `no node has an agent that could be upgraded to ${version}`);
    return chosen.map(({ id, name, inventory }) => ({ id, name, arch: inventory?.arch ?? '' }));
  }
}

function obstacle({ agentVersion, inventory }: NodeRow, archives: readonly [AgentArchive, ...AgentArchive[]]): string | undefined {
  const [{ version }] = archives;
  if (agentVersion === null || !inventory) return 'has not been connected yet';
  if (!archives.some(({ arch }) => arch === inventory.arch)) return `is ${inventory.arch}, for which there is no archive of ${version}`;
  if (!isReleaseVersion(agentVersion)) return `runs ${agentVersion}, which was not installed from an archive: upgrade it where it was installed`;
  if (compareVersions(version, agentVersion) <= 0) return `runs ${agentVersion} already`;
  return undefined;
}
