import { defineConfig } from 'vitest/config';

/** Tests of whole rooms against real databases and sockets; `OPENSTATION_TEST_MYSQL_URL` adds MariaDB or MySQL. */
export default defineConfig({
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: { include: ['test/**/*.spec.ts'], environment: 'node', setupFiles: ['reflect-metadata'], testTimeout: 20_000, hookTimeout: 30_000, maxWorkers: 2 },
});
