import { basename } from 'node:path';

/** A name for model and service from a file name: what the controller accepts, and short enough to be typed. */
export function modelNameOf(path: string): string {
  const stem = basename(path).replace(/\.gguf$/i, '');
  const clean = stem.normalize('NFC').replace(/[^\p{L}\p{N}._:-]+/gu, '-').replace(/^[^\p{L}\p{N}]+/u, '').slice(0, 56).replace(/-+$/, '');
  return clean === '' ? 'model' : clean;
}
