import { existsSync } from 'node:fs';
import { waitFor } from '@openstation/kit';
import { expect, test } from 'vitest';
import { PrivateDocker, dockerPrerequisites } from './docker.js';
import { finished } from './fake-engine/image.js';
import { freePort } from './ports.js';
import { describeWith } from './prerequisites.js';

describeWith('private Docker', dockerPrerequisites, () => {
  test('pulls the fake engine layer by layer, runs it, and leaves nothing', { timeout: 180_000 }, async () => {
    const engine = await PrivateDocker.start();
    try {
      const reference = await engine.publishFakeEngine('openstation/llama-cpp:e2e');
      expect(await engine.docker.listImages()).toEqual([]);
      await engine.limitRegistry(200);
      const layers = new Set<string>();
      const stream = await engine.docker.pull(reference);
      stream.on('data', (part: Buffer) => {
        for (const [, id] of part.toString().matchAll(/"status":"Downloading".*?"id":"(\w+)"/g)) layers.add(id!);
      });
      await finished(engine.docker, stream);
      expect(layers.size).toBeGreaterThanOrEqual(3);

      const port = await freePort();
      const container = await engine.docker.createContainer({
        Image: reference,
        Cmd: ['--model', '/m', '--host', '0.0.0.0', '--port', '8000', '--alias', 'r1'],
        ExposedPorts: { '8000/tcp': {} },
        HostConfig: { PortBindings: { '8000/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port) }] }, ReadonlyRootfs: true, CapDrop: ['ALL'] },
      });
      await container.start();
      await engine.expose(port);
      const healthy = waitFor(async () => (await fetch(`http://127.0.0.1:${port}/health`)).ok, { what: 'engine in its container', timeoutMs: 20_000 });
      await healthy.catch(async (error: unknown) => {
        throw new Error(`${String(error)}\n${(await container.logs({ stdout: true, stderr: true })).toString()}`);
      });
    } finally {
      await engine.stop();
    }
    expect(existsSync(engine.directory)).toBe(false);
    expect(existsSync(`/run/netns/${engine.namespace}`)).toBe(false);
  });
});
