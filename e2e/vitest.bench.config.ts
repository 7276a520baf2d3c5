import { defineConfig } from 'vitest/config';

/** Measurements of the built product: started by hand, figures in docs/benchmarks.md. */
export default defineConfig({
  test: { include: ['bench/**/*.bench.ts'], environment: 'node', pool: 'forks', fileParallelism: false, maxWorkers: 1, hookTimeout: 180_000, teardownTimeout: 30_000 },
});
