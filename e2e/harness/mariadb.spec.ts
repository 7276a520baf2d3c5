import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PrivateMariadb, mariadbInstalled } from './mariadb.js';
import { describeWith } from './prerequisites.js';

describeWith('private MariaDB', mariadbInstalled, () => {
  test('serves a database of its own and leaves nothing', { timeout: 60_000 }, async () => {
    const server = await PrivateMariadb.start();
    try {
      const url = await server.createDatabase('probe');
      expect(url).toBe(`mysql://probe:probe@127.0.0.1:${server.port}/probe`);
      expect(await server.sql('SHOW DATABASES')).toContain('probe');
    } finally {
      await server.stop();
    }
    expect(existsSync(server.directory)).toBe(false);
  });
});
