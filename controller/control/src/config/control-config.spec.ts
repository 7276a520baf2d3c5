import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadControlConfig } from './control-config.js';

describe('the controller\'s configuration', () => {
  let directory: string;
  let file: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'openstation-config-'));
    file = join(directory, 'control.yaml');
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('has the documented defaults', () => {
    expect(loadControlConfig(undefined, { OPENSTATION_DATA_DIR: '/data' })).toEqual({
      dataDir: '/data', console: { host: '0.0.0.0', port: 32206, publicHosts: ['localhost', '127.0.0.1'] }, agents: { host: '0.0.0.0', port: 30200, archiveDir: '/data/agent-archives' },
      enrolment: { host: '0.0.0.0', port: 30201, knocksPerMinute: 600 }, gateway: { publicPort: 8080, scheme: 'http' }, identity: { certificateHours: 720 }, database: {}, models: { dir: '/data/models', importRoots: [] }, hubs: { trustedHosts: [] }, downloads: { connections: 4, reserveBytes: 10 * 2 ** 30, stallSeconds: 30 }, engineLogs: { keepBytes: 2 ** 30 }, bootstrap: { allowLoopback: false }, log: { level: 'info' },
    });
  });

  it('lets the environment beat the file, and is frozen', async () => {
    await writeFile(file, 'dataDir: /one\nconsole: { port: 1000 }\nmodels: { importRoots: [/srv/../srv/models] }\n');
    const config = loadControlConfig(file, { OPENSTATION_CONSOLE_PORT: '2000', OPENSTATION_DATABASE_URL: 'mariadb://u:p@db:3306/openstation' });
    expect([config.dataDir, config.console.port, config.models.importRoots, config.database.url]).toEqual(['/one', 2000, ['/srv/models'], 'mariadb://u:p@db:3306/openstation']);
    expect(() => Object.assign(config.console, { port: 1 })).toThrow();
  });

  it('names every fault with its key and where it came from', async () => {
    await writeFile(file, 'console: { port: 99999 }\nagent: {}\nmodels: { importRoots: [relative] }\n');
    expect(() => loadControlConfig(file, { OPENSTATION_DATABASE_URL: 'postgres://x' })).toThrow(
      /console\.port: .*control\.yaml[^]*database\.url: must look like mysql:[^]*OPENSTATION_DATABASE_URL[^]*models\.importRoots\.0: must be an absolute path[^]*"agent"/,
    );
  });
});
