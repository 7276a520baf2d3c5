import { defineConfig } from 'vitest/config';

/** Measurements of the built agent: started by hand, figures in docs/benchmarks.md. */
export default defineConfig({
  test: { include: ['test/**/*.bench.ts'], environment: 'node', fileParallelism: false, testTimeout: 300_000, hookTimeout: 60_000 },
});
