import { waitFor } from '@openstation/kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineDriver, EngineSpec, RawLogLine } from './driver.js';
import { engineName } from './engine-name.js';

export interface ContractSubject {
  readonly driver: EngineDriver;
  /** Another driver object over the same node, as after a restart of the agent. */
  readonly again: () => EngineDriver;
  /** A specification whose engine writes `line 1` … `line 3` and then runs until it is stopped. */
  readonly longRunning: (instanceId: string, generation: number) => Promise<EngineSpec>;
  readonly close: () => Promise<void>;
}

/** A subject whose engines are programs: they end by themselves. */
export interface ExitingSubject extends ContractSubject {
  /** A specification whose engine writes `bye` and ends with exit code 7. */
  readonly shortLived: (instanceId: string, generation: number) => Promise<EngineSpec>;
}

/** What every driver of real engines promises: the contract, and how an engine ended by itself. */
export function exitingDriverContract(title: string, open: () => Promise<ExitingSubject>): void {
  driverContract(title, open);

  it(`driver contract: ${title}: tells how an engine ended by itself`, async () => {
    const { driver, shortLived, close } = await open();
    const name = engineName('c-1', 1);
    await driver.start(await shortLived('c-1', 1));
    const ended = await waitFor(async () => (await driver.list()).find((record) => record.name === name && record.state === 'exited'), { what: 'exit', timeoutMs: 10_000 });
    expect(ended).toMatchObject({ exitCode: 7, endpoint: undefined });
    expect(await driver.recentLines(name, 5)).toEqual(['bye']);
    await driver.remove(name);
    await close();
  });
}

/** What every driver promises; run against each of them. */
export function driverContract(title: string, open: () => Promise<ContractSubject>): void {
  describe(`driver contract: ${title}`, () => {
    let subject: ContractSubject;
    let driver: EngineDriver;
    const name = engineName('c-1', 1);

    beforeEach(async () => {
      subject = await open();
      driver = subject.driver;
    });

    afterEach(async () => {
      for (const record of await driver.list()) {
        await driver.stop(record.name, 0);
        await driver.remove(record.name);
      }
      await subject.close();
    });

    const find = async (from = driver) => (await from.list()).find((record) => record.name === name);
    const lines = async (tail: number): Promise<RawLogLine[]> => {
      const found: RawLogLine[] = [];
      for await (const line of driver.logs(name, { tail, follow: false }, new AbortController().signal)) found.push(line);
      return found;
    };

    it('lists what it started, with its labels and an address', async () => {
      await driver.start(await subject.longRunning('c-1', 1));
      const record = await find();
      expect(record).toMatchObject({ instanceId: 'c-1', generation: 1, engine: 'test', state: 'running', oomKilled: false });
      expect(record?.endpoint?.port).toBeGreaterThan(0);
      expect(await driver.memoryBytes(record!)).toBeGreaterThan(0);
    });

    it('starting the same twice gives the same engine', async () => {
      const spec = await subject.longRunning('c-1', 1);
      const first = await driver.start(spec);
      const second = await driver.start(spec);
      expect(second.handle).toBe(first.handle);
      expect(await driver.list()).toHaveLength(1);
    });

    it('a driver after a restart adopts the engine', async () => {
      const spec = await subject.longRunning('c-1', 1);
      const first = await driver.start(spec);
      const later = subject.again();
      expect((await find(later))?.handle).toBe(first.handle);
      expect((await later.start(spec)).handle).toBe(first.handle);
    });

    it('another specification under the same name replaces the engine', async () => {
      const spec = await subject.longRunning('c-1', 1);
      const first = await driver.start(spec);
      const second = await driver.start({ ...spec, env: { CHANGED: '1' } });
      expect(second.handle).not.toBe(first.handle);
      expect(await driver.list()).toHaveLength(1);
    });

    it('stop and remove leave nothing, and are fine with unknown names', async () => {
      await driver.start(await subject.longRunning('c-1', 1));
      await driver.stop(name, 1000);
      expect((await find())?.state).toBe('exited');
      await driver.remove(name);
      expect(await find()).toBeUndefined();
      await driver.stop(name, 0);
      await driver.remove(name);
    });

    it('refuses to remove what runs', async () => {
      await driver.start(await subject.longRunning('c-1', 1));
      await expect(driver.remove(name)).rejects.toThrow();
      expect((await find())?.state).toBe('running');
    });

    it('gives the whole log and its end, with the same numbers', async () => {
      await driver.start(await subject.longRunning('c-1', 1));
      const all = await waitFor(async () => { const found = await lines(0); return found.length >= 3 && found; }, { what: 'log lines', timeoutMs: 5000 });
      expect(all.map((line) => line.text.toString())).toEqual(['line 1', 'line 2', 'line 3']);
      expect(all.map((line) => line.number)).toEqual([1, 2, 3]);
      expect(await lines(1)).toEqual(all.slice(-1));
      expect(await driver.recentLines(name, 2)).toEqual(['line 2', 'line 3']);
    });

    it('follows a log until told to stop', async () => {
      await driver.start(await subject.longRunning('c-1', 1));
      const abort = new AbortController();
      const seen: string[] = [];
      const following = (async () => {
        for await (const line of driver.logs(name, { tail: 0, follow: true }, abort.signal)) seen.push(line.text.toString());
      })();
      await waitFor(() => seen.includes('line 3'), { what: 'followed lines', timeoutMs: 5000 });
      abort.abort();
      await following;
      expect(seen).toEqual(['line 1', 'line 2', 'line 3']);
    });
  });
}
