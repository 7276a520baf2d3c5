import { afterEach, beforeEach, expect, it } from 'vitest';
import { SealedSecret } from '../src/secrets/secrets.store.js';
import { isUniqueViolation, type Store } from '../src/store/index.js';
import { describeOnEveryDatabase, type TestDatabase } from './fixtures/databases.js';

describeOnEveryDatabase('the store', (makeDatabase) => {
  let database: TestDatabase;
  let store: Store;

  beforeEach(async () => {
    database = await makeDatabase();
    store = await database.open();
  });
  afterEach(async () => {
    await store.close();
    await database.drop();
  });

  const names = async () => (await store.manager.find(SealedSecret, { order: { name: 'ASC' } })).map(({ name }) => name);

  it('has migrations that leave nothing to change', async () => {
    expect(await store.schemaDrift()).toEqual([]);
  });

  it('keeps concurrent transactions apart when one rolls back', async () => {
    let roll: () => void = () => undefined;
    const wait = new Promise<void>((resolve) => (roll = resolve));
    const failing = store.transaction(async ({ manager }) => {
      await manager.insert(SealedSecret, { name: 'lost', sealed: '' });
      await wait;
      throw new Error('rolled back');
    });
    const succeeding = store.transaction(({ manager }) => manager.insert(SealedSecret, { name: 'kept', sealed: '' }));
    setImmediate(roll);
    await expect(failing).rejects.toThrow('rolled back');
    await succeeding;
    expect(await names()).toEqual(['kept']);
  });

  it('shows readers nothing of a transaction before its commit', async () => {
    await store.transaction(async ({ manager }) => {
      await manager.insert(SealedSecret, { name: 'early', sealed: '' });
      expect(await names()).toEqual([]);
    });
    expect(await names()).toEqual(['early']);
  });

  it('runs effects after the commit only, and all of them', async () => {
    const seen: string[] = [];
    await store.transaction(async (tx) => {
      tx.afterCommit(() => seen.push('first'));
      tx.afterCommit(() => seen.push('second'));
      await tx.manager.insert(SealedSecret, { name: 'a', sealed: '' });
      expect(seen).toEqual([]);
    });
    await store.transaction((tx) => { tx.afterCommit(() => seen.push('never')); throw new Error('no'); }).catch(() => undefined);
    expect(seen).toEqual(['first', 'second']);
  });

  it('loses no update of many read-modify-write transactions', async () => {
    await store.transaction(({ manager }) => manager.insert(SealedSecret, { name: 'count', sealed: '0' }));
    await Promise.all(
      Array.from({ length: 50 }, () =>
        store.transaction(async ({ manager }) => {
          await manager.query("update sealed_secret set name = name where name = 'count'");
          const row = await manager.findOneByOrFail(SealedSecret, { name: 'count' });
          await manager.update(SealedSecret, { name: 'count' }, { sealed: String(Number(row.sealed) + 1) });
        }),
      ),
    );
    expect((await store.manager.findOneByOrFail(SealedSecret, { name: 'count' })).sealed).toBe('50');
  });

  it('tells a duplicate, and tells names apart by case', async () => {
    await store.transaction(({ manager }) => manager.insert(SealedSecret, { name: 'same', sealed: '' }));
    await store.transaction(({ manager }) => manager.insert(SealedSecret, { name: 'SAME', sealed: '' }));
    const error: unknown = await store.transaction(({ manager }) => manager.insert(SealedSecret, { name: 'same', sealed: '' })).catch((reason: unknown) => reason);
    expect(isUniqueViolation(error)).toBe(true);
    expect(isUniqueViolation(new Error('other'))).toBe(false);
  });

  it('refuses a transaction inside a transaction instead of waiting for itself', async () => {
    if (store.dialect !== 'sqlite') return;
    await expect(store.transaction(() => store.transaction(() => Promise.resolve()))).rejects.toThrow('already open');
    await expect(store.transaction(() => Promise.resolve('still works'))).resolves.toBe('still works');
  });

  it('refuses to write outside a transaction', async () => {
    if (store.dialect !== 'sqlite') return;
    await expect(store.manager.insert(SealedSecret, { name: 'x', sealed: '' })).rejects.toThrow('readonly');
  });

  it('opens again with everything in place', async () => {
    await store.transaction(({ manager }) => manager.insert(SealedSecret, { name: 'stays', sealed: 'x' }));
    await store.close();
    store = await database.open();
    expect(await names()).toEqual(['stays']);
  });
});
