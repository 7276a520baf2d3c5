import { defineConfig } from 'vitest/config';

// Real processes, sockets and (when a socket is given) a real Docker engine: one file at a time on small machines.
export default defineConfig({
  test: { include: ['test/**/*.spec.ts'], environment: 'node', fileParallelism: false, testTimeout: 60_000, hookTimeout: 60_000 },
});
