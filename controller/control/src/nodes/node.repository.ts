import { Injectable } from '@nestjs/common';
import { Not } from 'typeorm';
import { Clock } from '../config/index.js';
import { Store, type Tx } from '../store/index.js';
import type { NodeInventory } from './node-inventory.js';
import type { NodeState } from './node.machine.js';
import { NodeRow } from './nodes.store.js';

export interface NodeGreeting {
  readonly agentVersion: string;
  readonly inventory: NodeInventory | undefined;
  readonly addresses: readonly string[];
  readonly dataPort: number;
}

/**
 * Node rows. Writers: enrolment creates, bootstrap announces, the dispatcher records what agents say, the node loop writes the state,
 * a person removes.
 */
@Injectable()
export class NodeRepository {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  list(): Promise<NodeRow[]> {
    return this.store.manager.find(NodeRow, { order: { createdAt: 'ASC', id: 'ASC' } });
  }

  /** What the node loop looks at every second, without the inventories. */
  states(): Promise<Pick<NodeRow, 'id' | 'name' | 'state' | 'stateSince'>[]> {
    return this.store.manager.find(NodeRow, { select: { id: true, name: true, state: true, stateSince: true } });
  }

  async get(id: string): Promise<NodeRow | undefined> {
    return (await this.store.manager.findOneBy(NodeRow, { id })) ?? undefined;
  }

  /** Adds a node under the wanted name, or under the first free `name-2`, `name-3` … */
  async create(tx: Tx, node: { id: string; name: string; machineId: string; addresses: readonly string[] }): Promise<string> {
    const now = this.clock.now();
    const taken = new Set((await tx.manager.find(NodeRow, { select: { name: true } })).map(({ name }) => name));
    const name = freeName(node.name, taken);
    await tx.manager.insert(NodeRow, {
      id: node.id, name, machineId: node.machineId, addresses: [...node.addresses], dataPort: 0, state: 'joining', stateSince: now,
      agentVersion: null, lastSeenAt: null, inventory: null, sessions: 0, createdAt: now, askedType: null,
    });
    return name;
  }

  /** Adds a node before its agent is there. @throws a unique violation when the name is taken */
  async announce(tx: Tx, node: { id: string; name: string; address: string; type: 'gpu' | 'cpu' }): Promise<void> {
    const now = this.clock.now();
    await tx.manager.insert(NodeRow, {
      id: node.id, name: node.name, machineId: '', addresses: [node.address], dataPort: 0, state: 'joining', stateSince: now, agentVersion: null, lastSeenAt: null,
      inventory: null, sessions: 0, createdAt: now, askedType: node.type,
    });
  }

  /** Gives an announced node its agent. @returns its name; undefined when it is gone */
  async adopt(tx: Tx, node: { id: string; machineId: string; addresses: readonly string[] }): Promise<string | undefined> {
    await tx.manager.update(NodeRow, { id: node.id }, { machineId: node.machineId, ...(node.addresses.length > 0 ? { addresses: [...node.addresses] } : {}) });
    return (await tx.manager.findOneBy(NodeRow, { id: node.id }))?.name;
  }

  /** Counts a new session and takes over what the agent says of its node. Undefined when the node is gone. */
  openSession(id: string, greeting: NodeGreeting): Promise<{ sessionNumber: number; name: string } | undefined> {
    return this.store.transaction(async ({ manager }) => {
      await manager.increment(NodeRow, { id }, 'sessions', 1);
      await manager.update(NodeRow, { id }, { agentVersion: greeting.agentVersion.slice(0, 64), ...told(greeting) });
      const row = await manager.findOneBy(NodeRow, { id });
      return row ? { sessionNumber: row.sessions, name: row.name } : undefined;
    });
  }

  async recordInventory(id: string, news: Omit<NodeGreeting, 'agentVersion'>): Promise<void> {
    await this.store.transaction(({ manager }) => manager.update(NodeRow, { id }, told(news)));
  }

  async recordState(id: string, state: NodeState, lastSeenAt: number | undefined): Promise<void> {
    const change = { state, stateSince: this.clock.now(), ...(lastSeenAt === undefined ? {} : { lastSeenAt }) };
    await this.store.transaction(({ manager }) => manager.update(NodeRow, { id, state: Not(state) }, change));
  }

  async remove(tx: Tx, id: string): Promise<void> {
    await tx.manager.delete(NodeRow, { id });
  }
}

function told({ inventory, addresses, dataPort }: Omit<NodeGreeting, 'agentVersion'>) {
  return { ...(inventory ? { inventory } : {}), ...(addresses.length > 0 ? { addresses: [...addresses] } : {}), dataPort };
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  for (let number = 2; ; number += 1) {
    const name = `${wanted.slice(0, 58)}-${number}`;
    if (!taken.has(name)) return name;
  }
}
