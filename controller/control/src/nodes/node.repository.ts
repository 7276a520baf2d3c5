import { Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { IsNull, Not } from 'typeorm';
import { Clock } from '../config/index.js';
import { Store, type Tx } from '../store/index.js';
import type { CardJudgement } from './card-quarantine.js';
import type { Departure } from './departure.machine.js';
import type { NodeAvailability } from './node-availability.js';
import type { NodeInventory } from './node-inventory.js';
import type { NodeState } from './node.machine.js';
import { NodeSessions } from './node-sessions.js';
import { NodeRow } from './nodes.store.js';

export interface NodeGreeting {
  readonly agentVersion: string;
  readonly inventory: NodeInventory | undefined;
  readonly addresses: readonly string[];
  readonly dataPort: number;
  /** Where the session comes from. */
  readonly peer: string;
}

type Told = Pick<NodeGreeting, 'inventory' | 'addresses' | 'dataPort'>;

/**
 * Node rows. Writers: enrolment creates, bootstrap announces, the dispatcher records what agents say, the node loop writes the state, people
 * write name, availability and cards, the departure loop the rest and the end.
 *
 * Everybody reads from memory: this process is the only writer, every verb puts the row it wrote there with the commit, and
 * lists of a thousand nodes are asked for all the time. Rows handed out are not to be changed.
 */
@Injectable()
export class NodeRepository {
  #loading: Promise<Map<string, NodeRow>> | undefined;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly sessions: NodeSessions,
  ) {}

  async list(): Promise<readonly NodeRow[]> {
    return [...(await this.#rows()).values()];
  }

  /** The same, for those who only want to know who is there. */
  states(): Promise<readonly Pick<NodeRow, 'id' | 'name' | 'state' | 'stateSince'>[]> {
    return this.list();
  }

  async get(id: string): Promise<NodeRow | undefined> {
    return (await this.#rows()).get(id);
  }

  /** Adds a node under the wanted name, or under the first free `name-2`, `name-3` … */
  async create(tx: Tx, node: { id: string; name: string; machineId: string; addresses: readonly string[]; local?: boolean }): Promise<string> {
    const now = this.clock.now();
    const taken = new Set((await tx.manager.find(NodeRow, { select: { name: true } })).map(({ name }) => name));
    const name = freeName(node.name, taken);
    await tx.manager.insert(NodeRow, {
      id: node.id, name, machineId: node.machineId, addresses: [...node.addresses], dataPort: 0, state: 'joining', stateSince: now,
      ...NEW, agentVersion: null, lastSeenAt: null, inventory: null, sessions: 0, createdAt: now, askedType: null, local: node.local ?? false,
    });
    await this.#wrote(tx, node.id);
    return name;
  }

  /** Adds a node before its agent is there. @throws a unique violation when the name is taken */
  async announce(tx: Tx, node: { id: string; name: string; address: string; type: 'gpu' | 'cpu' }): Promise<void> {
    const now = this.clock.now();
    await tx.manager.insert(NodeRow, {
      id: node.id, name: node.name, machineId: '', addresses: [node.address], dataPort: 0, state: 'joining', stateSince: now, agentVersion: null, lastSeenAt: null,
      inventory: null, sessions: 0, createdAt: now, askedType: node.type, local: false, ...NEW,
    });
    await this.#wrote(tx, node.id);
  }

  /** Gives an announced node its agent. @returns its name; undefined when it is gone */
  async adopt(tx: Tx, node: { id: string; machineId: string; addresses: readonly string[] }): Promise<string | undefined> {
    await tx.manager.update(NodeRow, { id: node.id }, { machineId: node.machineId, ...(node.addresses.length > 0 ? { addresses: [...node.addresses] } : {}) });
    return (await this.#wrote(tx, node.id))?.name;
  }

  /** Counts a new session and takes over what the agent says of its node. Undefined when the node is gone. */
  async openSession(id: string, greeting: NodeGreeting): Promise<{ sessionNumber: number; name: string; agentVersionBefore: string | null } | undefined> {
    const before = await this.get(id);
    if (!before) return undefined;
    const agentVersion = greeting.agentVersion.slice(0, 64);
    return this.store.transaction(async (tx) => {
      await tx.manager.update(NodeRow, { id }, {
        sessions: () => 'sessions + 1', agentVersion, ...news(before, greeting),
      });
      const row = await this.#wrote(tx, id);
      if (!row) return undefined;
      await this.sessions.opened(tx, { nodeId: id, number: row.sessions, agentVersion, address: greeting.peer });
      return { sessionNumber: row.sessions, name: row.name, agentVersionBefore: before.agentVersion };
    });
  }

  async recordInventory(id: string, told: Told): Promise<void> {
    const before = await this.get(id);
    if (before) await this.#update(id, news(before, told));
  }

  async recordState(id: string, state: NodeState, lastSeenAt: number | undefined): Promise<void> {
    const change = { state, stateSince: this.clock.now(), ...(lastSeenAt === undefined ? {} : { lastSeenAt }) };
    await this.store.transaction(async (tx) => {
      await tx.manager.update(NodeRow, { id, state: Not(state) }, change);
      await this.#wrote(tx, id);
    });
  }

  /** @throws QueryFailedError when another node has the name (`isUniqueViolation`) */
  async rename(tx: Tx, id: string, name: string): Promise<void> {
    await tx.manager.update(NodeRow, { id }, { name });
    await this.#wrote(tx, id);
  }

  async setAvailability(tx: Tx, id: string, availability: NodeAvailability, availabilityReason: string): Promise<void> {
    await tx.manager.update(NodeRow, { id }, { availability, availabilityReason, availabilitySince: availability === 'active' ? null : this.clock.now() });
    await this.#wrote(tx, id);
  }

  async setCards(tx: Tx, id: string, cards: readonly CardJudgement[]): Promise<void> {
    await tx.manager.update(NodeRow, { id }, { cards: [...cards] });
    await this.#wrote(tx, id);
  }

  /** Begins a drain or removal. @returns false when one is under way */
  async depart(tx: Tx, id: string, departure: Departure): Promise<boolean> {
    const { affected } = await tx.manager.update(NodeRow, { id, departure: IsNull() }, { departure });
    await this.#wrote(tx, id);
    return affected === 1;
  }

  async setDeparture(tx: Tx, id: string, departure: Departure | null): Promise<void> {
    await tx.manager.update(NodeRow, { id }, { departure });
    await this.#wrote(tx, id);
  }

  async remove(tx: Tx, id: string): Promise<void> {
    const rows = await this.#rows();
    await tx.manager.delete(NodeRow, { id });
    tx.afterCommit(() => void rows.delete(id));
  }

  async #update(id: string, change: Partial<NodeRow>): Promise<void> {
    if (Object.keys(change).length === 0) return;
    await this.store.transaction(async (tx) => {
      await tx.manager.update(NodeRow, { id }, change);
      await this.#wrote(tx, id);
    });
  }

  /** Reads the row back inside the transaction that wrote it, and shows it to readers with the commit. */
  async #wrote(tx: Tx, id: string): Promise<NodeRow | undefined> {
    const rows = await this.#rows();
    const row = (await tx.manager.findOneBy(NodeRow, { id })) ?? undefined;
    if (row) tx.afterCommit(() => void rows.set(id, row));
    return row;
  }

  #rows(): Promise<Map<string, NodeRow>> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load(): Promise<Map<string, NodeRow>> {
    try {
      const rows = await this.store.manager.find(NodeRow, { order: { createdAt: 'ASC', id: 'ASC' } });
      return new Map(rows.map((row) => [row.id, row]));
    } catch (error) {
      this.#loading = undefined;
      throw error;
    }
  }
}

/** A node that nobody decided about yet. */
const NEW = { availability: 'active', availabilityReason: '', availabilitySince: null, cards: [], departure: null } satisfies Partial<NodeRow>;

/** What an agent tells that was not known: most sessions open with what we have already. */
function news(before: NodeRow, { inventory, addresses, dataPort }: Told): Partial<NodeRow> {
  return {
    ...(inventory && !isDeepStrictEqual(inventory, before.inventory) ? { inventory } : {}),
    ...(addresses.length > 0 && !isDeepStrictEqual(addresses, before.addresses) ? { addresses: [...addresses] } : {}),
    ...(dataPort === before.dataPort ? {} : { dataPort }),
  };
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  for (let number = 2; ; number += 1) {
    const name = `${wanted.slice(0, 58)}-${number}`;
    if (!taken.has(name)) return name;
  }
}
