import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '@openstation/kit';
import { Lab, labPrerequisites, type LabHost } from '../harness/lab.js';
import { describeWith } from '../harness/prerequisites.js';

describeWith('test hosts', labPrerequisites, () => {
  let lab: Lab;
  let host: LabHost;

  beforeAll(async () => {
    lab = await Lab.up(`oslab${process.pid}`);
    host = await lab.startHost('alpha');
  }, 700_000);
  afterAll(async () => {
    await lab?.down({ purge: true });
  }, 120_000);

  test('a fresh host answers SSH with its password and runs systemd without a failed unit', async () => {
    expect(await host.ssh('. /etc/os-release; echo "$ID $(ps -p 1 -o comm=)"')).toBe('debian systemd');
    const settled = async () => (await host.ssh('systemctl is-system-running || true')) === 'running';
    await waitFor(settled, { what: 'systemd running', timeoutMs: 60_000, everyMs: 500 });
  });

  test('its own Docker runs an image', { timeout: 180_000 }, async () => {
    await waitFor(async () => (await host.exec(['docker', 'info', '-f', '{{.Driver}}'])) === 'overlay2', { what: 'nested Docker', timeoutMs: 60_000, everyMs: 500 });
    await host.ssh("tar -C / -ch bin/echo $(ldd /bin/echo | grep -o '/[^ ]*' | cut -c2-) | docker import - probe:1 >/dev/null");
    expect(await host.ssh('docker run --rm --network none probe:1 /bin/echo nested')).toBe('nested');
  });

  test('a pulled cable is silence, and plugged in again it is heard', async () => {
    const heard = async () => lab.run(['timeout', '2', 'bash', '-c', `exec 3<>/dev/tcp/${host.address}/22`], 5000);
    await heard();
    await host.fault('cut');
    await expect(heard()).rejects.toThrow();
    await host.fault('heal');
    await waitFor(heard, { what: 'an answer after healing', timeoutMs: 20_000, everyMs: 200 });
  });

  test('a power cut ends everything on the host, and it boots again', { timeout: 60_000 }, async () => {
    await host.ssh('touch /root/kept; sleep 600 >/dev/null 2>&1 &');
    await host.fault('power-cut');
    await host.fault('power-on');
    await waitFor(async () => host.ssh('test -e /root/kept'), { what: 'SSH after the power cut', timeoutMs: 40_000, everyMs: 500 });
    expect(await host.ssh('pgrep -x sleep || echo none')).toBe('none');
  });
});
