import type { RepositorySpec } from './repositories.ts';

/** What the hubs' own clients fetched from the emulator when `sdk-transcript.json` was made. */
export const sdkRepository: RepositorySpec = {
  id: 'some/model',
  files: [
    { path: 'README.md', bytes: 30, seed: 'r' }, { path: 'config.json', bytes: 20, seed: 'x' }, { path: 'sub/a.json', bytes: 25, seed: 'x2' },
    { path: 'tokenizer.json', bytes: 200, seed: 't' }, { path: 'vocab.json', bytes: 300, seed: 'v' }, { path: 'model.safetensors', bytes: 3_000_000, seed: 'y' },
  ],
};
