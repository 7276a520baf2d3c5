import { defineConfig } from 'vitest/config';

// The whole product as real processes: one file at a time, and patience for small machines.
export default defineConfig({
  test: { include: ['test/**/*.spec.ts'], environment: 'node', fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000 },
});
