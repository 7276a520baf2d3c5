import { defineConfig } from 'vitest/config';

/** Engines that others wrote, started for real: by hand through real-engines/run.sh, results in real-engines/README.md. */
export default defineConfig({
  test: { include: ['real-engines/**/*.proof.ts'], environment: 'node', pool: 'forks', fileParallelism: false, maxWorkers: 1, testTimeout: 1_500_000, hookTimeout: 180_000, teardownTimeout: 60_000 },
});
