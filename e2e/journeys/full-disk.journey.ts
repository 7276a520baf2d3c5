import { waitFor } from '@openstation/kit';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { digestsOf } from '../harness/hub/content.ts';
import { ControlBesideHub } from '../harness/hub/control-beside-hub.ts';
import { HubServer } from '../harness/hub/hub-server.ts';
import { safetensorsRepository } from '../harness/hub/safetensors-model.ts';
import { describeWith, program, root } from '../harness/prerequisites.ts';

const DISK_MB = 64;
const MODEL_BYTES = 40_000_000;

interface Download {
  readonly id: string;
  readonly modelId: string;
  readonly state: string;
  readonly waitingFor: string | null;
  readonly message: string;
}

describeWith('a model store on a disk of its own that fills up', [root, program('mount', 'mount')], () => {
  let hub: HubServer;
  let control: ControlBesideHub;
  let disk: string;

  beforeAll(async () => {
    disk = mkdtempSync(join(tmpdir(), 'openstation-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'openstation-test', disk]);
    hub = await HubServer.start();
    control = await ControlBesideHub.start(`http://127.0.0.1:${hub.port}`, { modelsDirectory: join(disk, 'models') });
  }, 60_000);
  afterAll(async () => {
    await control.stop();
    await hub.stop();
    execFileSync('umount', [disk]);
    rmSync(disk, { recursive: true });
  });

  const stateOf = async (id: string) => (await control.rest.get<{ download: Download }>(`/downloads/${id}`)).download;
  const until = (id: string, state: string) => waitFor(async () => {
    const now = await stateOf(id);
    if (now.state === 'failed') throw new Error(now.message);
    return now.state === state ? now : undefined;
  }, { what: `a download that is ${state}`, timeoutMs: 40_000, everyMs: 50 });

  it('stops the download with a reason, and has it go on by itself when there is space, also after a kill', { timeout: 120_000 }, async () => {
    const repository = safetensorsRepository('noise/model', MODEL_BYTES, 1);
    hub.repositories.put(repository);
    await control.rest.patch('/settings/hubs', { downloadBytesPerSecond: 8_000_000 });
    const { id, modelId } = (await control.rest.post<{ download: Download }>('/downloads', { repository: 'noise/model', name: 'model' })).download;
    await waitFor(() => hub.bytesSent > 12_000_000 || undefined, { what: 'the first bytes', timeoutMs: 20_000, everyMs: 20 });
    const filler = join(disk, 'filler');
    expect(() => writeFileSync(filler, Buffer.alloc(DISK_MB * 2 ** 20, 1))).toThrow(/ENOSPC/);
    expect(await until(id, 'waiting')).toMatchObject({ waitingFor: 'space', message: expect.stringContaining('the disk of the model store is full') as string });
    await control.kill9();
    expect((await until(id, 'waiting')).waitingFor).toBe('space');
    await control.rest.patch('/settings/hubs', { downloadBytesPerSecond: null });
    rmSync(filler);
    await until(id, 'done');
    for (const file of repository.files) expect(createHash('sha256').update(readFileSync(join(disk, 'models', modelId, file.path))).digest('hex'), file.path).toBe(digestsOf(file).sha256);
  });

  it('says before the first byte how much must be free', { timeout: 60_000 }, async () => {
    hub.repositories.put(safetensorsRepository('noise/huge', DISK_MB * 2 * 2 ** 20, 1));
    const sent = hub.bytesSent;
    const { id } = (await control.rest.post<{ download: Download }>('/downloads', { repository: 'noise/huge', name: 'huge' })).download;
    expect((await until(id, 'waiting')).message).toMatch(/must be free on the disk of the model store/);
    expect(hub.bytesSent).toBe(sent);
    await control.rest.post(`/downloads/${id}/cancel`);
  });
});
