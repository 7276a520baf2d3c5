import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { include: ['test/**/*.spec.mjs'], environment: 'node', testTimeout: 20_000, hookTimeout: 30_000 } });
