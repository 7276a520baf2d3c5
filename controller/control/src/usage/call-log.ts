import { Injectable } from '@nestjs/common';
import type { CallRecord } from '@openstation/proto';
import { In, LessThan } from 'typeorm';
import { Store, type Tx } from '../store/index.js';
import { Keys } from '../users/index.js';
import { callFromWire } from './call-from-wire.js';
import { HOUR_MS, addUp } from './call-hours.js';
import { Call, CallHour, type CallRow } from './usage.store.js';

/** Small enough for one statement's variables on every database. */
const INSERT_ROWS = 200;
const DELETE_ROWS = 2_000;

/** The call log: gateways add, retention cuts, nobody changes. */
@Injectable()
export class CallLog {
  constructor(
    private readonly store: Store,
    private readonly keys: Keys,
  ) {}

  /** Adds a batch. A batch that comes twice counts once, because calls have ids. */
  async ingest(gatewayId: string, records: readonly CallRecord[]): Promise<void> {
    const calls = new Map<string, CallRow>();
    for (const record of records) {
      const call = callFromWire(record, gatewayId);
      if (call) calls.set(call.id, call);
    }
    if (calls.size === 0) return;
    await this.store.transaction(async (tx) => {
      const fresh = await this.#withoutKnown(tx, calls);
      for (let start = 0; start < fresh.length; start += INSERT_ROWS) {
        await tx.manager.createQueryBuilder().insert().into(Call).values(fresh.slice(start, start + INSERT_ROWS)).updateEntity(false).execute();
      }
      await addToHours(tx, fresh);
      await this.#markKeys(tx, fresh);
    });
  }

  /** Deletes calls that began before the instant, some at a time so that nobody waits. @returns whether there are more. */
  async cut(before: number): Promise<boolean> {
    return this.store.transaction(async ({ manager }) => {
      const old = await manager.find(Call, { where: { startedAt: LessThan(before) }, select: { id: true }, order: { startedAt: 'ASC' }, take: DELETE_ROWS });
      if (old.length > 0) await manager.delete(Call, { id: In(old.map(({ id }) => id)) });
      if (old.length < DELETE_ROWS) await manager.delete(CallHour, { hour: LessThan(before - HOUR_MS) });
      return old.length === DELETE_ROWS;
    });
  }

  async #withoutKnown(tx: Tx, calls: ReadonlyMap<string, CallRow>): Promise<CallRow[]> {
    const ids = [...calls.keys()];
    const known = new Set<string>();
    for (let start = 0; start < ids.length; start += INSERT_ROWS) {
      for (const { id } of await tx.manager.find(Call, { where: { id: In(ids.slice(start, start + INSERT_ROWS)) }, select: { id: true } })) known.add(id);
    }
    return [...calls.values()].filter(({ id }) => !known.has(id));
  }

  async #markKeys(tx: Tx, calls: readonly CallRow[]): Promise<void> {
    const ids = [...new Set(calls.flatMap(({ keyId }) => (keyId === null ? [] : [keyId])))];
    if (ids.length > 0) await this.keys.markUsed(tx, ids, Math.max(...calls.map(({ startedAt }) => startedAt)));
  }
}

async function addToHours(tx: Tx, calls: readonly CallRow[]): Promise<void> {
  for (const sum of addUp(calls)) {
    const { hour, userId, serviceId, requests, failedRequests, promptTokens, completionTokens } = sum;
    const { affected } = await tx.manager
      .createQueryBuilder()
      .update(CallHour)
      .set({
        requests: () => `requests + ${requests}`, failedRequests: () => `failedRequests + ${failedRequests}`,
        promptTokens: () => `promptTokens + ${promptTokens}`, completionTokens: () => `completionTokens + ${completionTokens}`,
      })
      .where({ hour, userId, serviceId })
      .execute();
    if (affected === 0) await tx.manager.insert(CallHour, sum);
  }
}
