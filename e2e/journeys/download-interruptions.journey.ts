import { sleep, waitFor } from '@openstation/kit';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { digestsOf } from '../harness/hub/content.ts';
import { ControlBesideHub } from '../harness/hub/control-beside-hub.ts';
import { HubServer } from '../harness/hub/hub-server.ts';
import { safetensorsRepository } from '../harness/hub/safetensors-model.ts';

/**
 * A download that is interrupted over and over: control killed, connections cut, pauses and resumes that cross each other.
 * `INTERRUPTIONS=1000 CANCELS=100 MODEL_MB=3000` is the long form.
 */
const INTERRUPTIONS = Number(process.env['INTERRUPTIONS'] ?? 40);
const BYTES = Number(process.env['MODEL_MB'] ?? 200) * 1e6;
/** Cancelled in the middle of other deeds, of the 20 MB each. */
const CANCELS = Number(process.env['CANCELS'] ?? 4);
const CONNECTIONS = 4;
const MIB = 2 ** 20;
const KINDS = ['cut', 'pause', 'cut', 'kill', 'race', 'cut', 'pause', 'race'] as const;
/** One kill in 32 interruptions beyond the first forty: each costs the time of a start. */
const kindOf = (number: number) => (KINDS[number % KINDS.length] === 'kill' && number > 40 && number % 32 !== 3 ? 'cut' : (KINDS[number % KINDS.length] ?? 'cut'));

let hub: HubServer;
let control: ControlBesideHub;
beforeAll(async () => {
  hub = await HubServer.start();
  control = await ControlBesideHub.start(`http://127.0.0.1:${hub.port}`, { connections: CONNECTIONS });
});
afterAll(async () => {
  await control.stop();
  await hub.stop();
});

interface Download {
  readonly id: string;
  readonly modelId: string;
  readonly state: string;
  readonly message: string;
}

const stateOf = async (id: string) => (await control.rest.get<{ download: Download }>(`/downloads/${id}`)).download;
/** Refusals are part of the race. */
const ask = (id: string, deed: string) => control.rest.post(`/downloads/${id}/${deed}`).catch(() => undefined);

const interrupt: Readonly<Record<(typeof KINDS)[number], (id: string) => Promise<unknown>>> = {
  cut: async () => hub.cut(),
  kill: () => control.kill9(),
  pause: async (id) => { await ask(id, 'pause'); await ask(id, 'resume'); },
  race: async (id) => { await Promise.all(['pause', 'resume', 'pause', 'resume', 'pause'].map((deed) => ask(id, deed))); await ask(id, 'resume'); },
};

it(`publishes the right bytes through ${INTERRUPTIONS} interruptions`, { timeout: 3_600_000 }, async () => {
  const repository = safetensorsRepository('noise/large', BYTES, 3);
  const size = repository.files.reduce((sum, { bytes }) => sum + bytes, 0);
  hub.repositories.put(repository);
  const counts: Record<string, number> = {};
  let interruptions = 0;
  let models = 0;
  const step = Math.max(1 * MIB, Math.floor(size / Math.min(INTERRUPTIONS, 400) / 2));
  while (interruptions < INTERRUPTIONS) {
    const { id, modelId } = (await control.rest.post<{ download: Download }>('/downloads', { repository: 'noise/large', name: `model-${models}` })).download;
    let mark = hub.bytesSent;
    for (;;) {
      // The next interruption comes when some bytes more were sent, or the download is over.
      const over = await waitFor(async () => {
        if (hub.bytesSent - mark >= step && interruptions < INTERRUPTIONS) return 'more';
        const { state, message } = await stateOf(id);
        if (state === 'failed') throw new Error(message);
        return state === 'done' ? 'done' : undefined;
      }, { what: `download ${models}`, timeoutMs: 120_000, everyMs: 5 });
      if (over === 'done') break;
      mark = hub.bytesSent;
      const kind = kindOf(interruptions++);
      counts[kind] = (counts[kind] ?? 0) + 1;
      await interrupt[kind](id);
      await sleep(10);
    }
    for (const file of repository.files) expect([file.path, await hashOf(join(control.modelDirectory(modelId), file.path))]).toEqual([file.path, digestsOf(file).sha256]);
    expect((await readdir(control.modelDirectory(modelId))).filter((name) => name.startsWith('.'))).toEqual([]);
    await control.rest.delete(`/models/${modelId}`);
    models += 1;
  }
  const refetched = hub.bytesSent - models * size;
  const each = refetched / interruptions;
  process.stdout.write(`${interruptions} interruptions (${JSON.stringify(counts)}), ${models} models of ${Math.round(size / 1e6)} MB right to the byte; refetched ${(each / MIB).toFixed(1)} MiB per interruption\n`);
  expect(each).toBeLessThanOrEqual(64 * MIB * CONNECTIONS);
});

it(`leaves nothing of ${CANCELS} downloads that were cancelled in the middle of other deeds`, { timeout: 1_800_000 }, async () => {
  const repository = safetensorsRepository('noise/small', 20_000_000, 2);
  hub.repositories.put(repository);
  for (let number = 0; number < CANCELS; number++) {
    const { id, modelId } = (await control.rest.post<{ download: Download }>('/downloads', { repository: 'noise/small', name: `gone-${number}` })).download;
    const mark = hub.bytesSent;
    await waitFor(() => hub.bytesSent - mark > (number % 8) * 2_000_000 || undefined, { what: 'some bytes', timeoutMs: 30_000, everyMs: 2 });
    const deeds = ['pause', 'resume', 'cancel', 'pause', 'resume', 'retry'];
    const asked = Promise.all([...deeds.slice(number % deeds.length), ...deeds.slice(0, number % deeds.length)].map((deed) => ask(id, deed)));
    if (number % 4 === 3) await control.kill9();
    await asked;
    const state = await waitFor(async () => {
      const now = (await stateOf(id)).state;
      if (now === 'done' || now === 'cancelled') return now;
      await ask(id, 'cancel');
      return undefined;
    }, { what: `the end of cancelled download ${number}`, timeoutMs: 60_000, everyMs: 20 });
    if (state === 'done') {
      for (const file of repository.files) expect(await hashOf(join(control.modelDirectory(modelId), file.path))).toBe(digestsOf(file).sha256);
      await control.rest.delete(`/models/${modelId}`);
    }
    await waitFor(() => !existsSync(control.modelDirectory(modelId)) && !existsSync(`${control.modelDirectory(modelId)}.partial`) || undefined, { what: 'nothing of it on the disk', timeoutMs: 30_000, everyMs: 20 });
  }
  expect((await control.rest.get<{ name: string }[]>('/models')).filter(({ name }) => name.startsWith('gone-'))).toEqual([]);
});

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
