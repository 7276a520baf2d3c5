import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PROGRESS_NAME } from './progress-file.js';
import { MANIFEST_NAME, publish, publishedFiles } from './publish.js';

it('publishes the files of the manifest and nothing that a killed process left beside them', async () => {
  const root = await mkdtemp(join(tmpdir(), 'openstation-publish-'));
  const work = join(root, 'm.partial');
  await mkdir(join(work, 'deep'), { recursive: true });
  for (const path of ['a.safetensors', 'deep/b.json', PROGRESS_NAME, `${PROGRESS_NAME}.1234.tmp`, 'deep/half']) await writeFile(join(work, path), 'x');
  const origin = { hub: 'modelscope', repository: 'some/model', revision: 'r' };
  const files = ['a.safetensors', 'deep/b.json'].map((path) => ({ path, bytes: 1, sha256: 'a'.repeat(64) }));
  await publish(work, join(root, 'm'), origin, files);
  expect((await readdir(join(root, 'm'), { recursive: true })).sort()).toEqual([MANIFEST_NAME, 'a.safetensors', 'deep', 'deep/b.json']);
  expect(await publishedFiles(join(root, 'm'), origin)).toEqual(files);
  await rm(root, { recursive: true });
});
