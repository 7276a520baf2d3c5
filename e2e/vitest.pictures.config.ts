import { defineConfig } from 'vitest/config';

/** Pictures of the console for the documents, taken of the built product: started by hand. */
export default defineConfig({
  test: { include: ['pictures/**/*.picture.ts'], environment: 'node', pool: 'forks', fileParallelism: false, maxWorkers: 1, testTimeout: 600_000, hookTimeout: 180_000, teardownTimeout: 30_000 },
});
