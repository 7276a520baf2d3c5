import { defineConfig } from 'vitest/config';

/** The harness's own tests: seconds, no built artefact, no root. Journeys have their own configuration. */
export default defineConfig({
  test: {
    include: ['harness/**/*.spec.ts'],
    environment: 'node',
    testTimeout: 20_000,
  },
});
