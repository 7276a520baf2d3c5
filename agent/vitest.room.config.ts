import { defineConfig } from 'vitest/config';

// Real processes, sockets and (when a socket is given) a real Docker engine, much of it waiting: two files at once also on two cores.
export default defineConfig({
  test: { include: ['test/**/*.spec.ts'], environment: 'node', maxWorkers: 2, testTimeout: 60_000, hookTimeout: 60_000 },
});
