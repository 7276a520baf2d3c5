import type { GroupLaunch } from '../engines/index.js';
import { FenceError, interfaceFor, unreachablePeer } from '../group/index.js';
import type { JournalRecord } from '../journal/index.js';
import { fail } from './perform-step.js';
import type { Runner } from './runner.js';

const HOLD_AGAIN_MS = 30_000;

export interface GroupProblem {
  readonly reason: 'group-network' | 'group-fence';
  readonly message: string;
}

/** Everything is at hand: says so and waits for the generation that starts all members. What would stop them then is told now. */
export async function holdMember(runner: Runner, record: JournalRecord): Promise<number | undefined> {
  const problem = await checkGroup(runner, record);
  if (problem) return fail(runner, record, problem.reason, problem.message);
  runner.parts.status.preparing(record, 'group', 60, 'waits for the other members');
  return HOLD_AGAIN_MS;
}

/** How this node takes part; undefined for an engine of one node, or where the node does not have the group's address. */
export function groupLaunch(runner: Runner, { intent }: JournalRecord): GroupLaunch | undefined {
  const group = intent?.group;
  const [own, head] = [group?.peers[group.rank], group?.peers[0]];
  const carrier = group && own && interfaceFor(own.address, group.networkInterface, runner.parts.networkInterfaces());
  if (!group || !own || !head || !carrier || typeof carrier === 'string') return undefined;
  return { rank: group.rank, size: group.size, ownAddress: own.address, headAddress: head.address, firstPort: group.firstPort, interfaceName: carrier.name };
}

/** This node has the address it shall use, on the right interface, and reaches every other member from there. */
export async function checkGroup(runner: Runner, { intent }: JournalRecord): Promise<GroupProblem | undefined> {
  const group = intent?.group;
  if (!group) return undefined;
  const own = group.peers[group.rank];
  if (!own) return { reason: 'group-network', message: `the assignment has no address for rank ${group.rank}` };
  const carrier = interfaceFor(own.address, group.networkInterface, runner.parts.networkInterfaces());
  if (typeof carrier === 'string') return { reason: 'group-network', message: carrier };
  const unreachable = await unreachablePeer(own.address, group.peers.filter((_, rank) => rank !== group.rank));
  return unreachable === undefined ? undefined : { reason: 'group-network', message: unreachable };
}

/** Nothing starts on an open network unless the node's administrator said that it is private. */
export async function fenceGroup(runner: Runner, { instanceId, intent }: JournalRecord): Promise<GroupProblem | undefined> {
  const group = intent?.group;
  if (!group || runner.parts.policy.privateNetwork) return undefined;
  try {
    await runner.parts.fence.raise(instanceId, { firstPort: group.firstPort, portCount: group.portCount, members: group.peers.map(({ address }) => address) });
    return undefined;
  } catch (error) {
    if (!(error instanceof FenceError)) throw error;
    return { reason: 'group-fence', message: `the ports of the group cannot be closed to others, so it is not started: ${error.message}. On a network of their own the node's policy may say "privateNetwork": true` };
  }
}
