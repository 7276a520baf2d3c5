import { Injectable } from '@nestjs/common';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Store } from '../store/index.js';
import { hashFile, sameStamp, stampOf } from './hash-file.js';
import { ModelFileError } from './model-file-error.js';
import { ModelRepository } from './model.repository.js';
import type { ModelRow } from './models.store.js';

/** Opens files of ready models for those who send them on. */
@Injectable()
export class LibraryFiles {
  constructor(
    private readonly store: Store,
    private readonly models: ModelRepository,
  ) {}

  /**
   * A file of the manifest, open for reading. Files in place may have been changed by their owner: size, time and inode must
   * be those that were hashed; when only the latter differ, the file is hashed again before anybody gets a byte of it.
   * @throws ModelFileError when it is not the file that was registered, or lies on another node
   */
  async open(model: ModelRow, path: string, signal: AbortSignal): Promise<FileHandle> {
    if (model.inPlaceNodeId !== null) throw new ModelFileError(`${model.name} lies on a node and not here`);
    const file = await openPlain(join(this.models.rootOf(model), path), path);
    try {
      if (model.inPlace) await this.#requireUnchanged(model, path, file, signal);
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async #requireUnchanged(model: ModelRow, path: string, file: FileHandle, signal: AbortSignal): Promise<void> {
    const known = model.stamps?.find((stamp) => stamp.path === path);
    const now = await stampOf(file, path);
    if (known && sameStamp(known, now)) return;
    const listed = model.files.find((one) => one.path === path);
    const same = listed?.bytes === now.bytes && (await hashFile(file, () => undefined, signal)).sha256 === listed.sha256;
    if (!same || !sameStamp(now, await stampOf(file, path))) throw new ModelFileError(`${path} of ${model.name} was changed after it was registered: delete the model and import it again`);
    const stamps = [...(model.stamps ?? []).filter((stamp) => stamp.path !== path), now];
    await this.store.transaction((tx) => this.models.recordStamps(tx, model.id, stamps));
  }
}

async function openPlain(place: string, path: string): Promise<FileHandle> {
  try {
    return await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ELOOP' || code === 'EACCES') throw new ModelFileError(`${path} is not there any more, or cannot be read (${code})`);
    throw error;
  }
}
