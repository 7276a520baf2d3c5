import { Injectable } from '@nestjs/common';

/** How far the download of a model is. */
export interface DownloadProgress {
  readonly downloadId: string;
  readonly state: 'queued' | 'downloading' | 'paused' | 'failed';
  /** 0 to 100. */
  readonly percent: number;
}

/** Open and failed downloads by the id of their model, as the downloads room tells them: this room lies below that one. */
@Injectable()
export class VariantProgress {
  #source: () => Promise<ReadonlyMap<string, DownloadProgress>> = () => Promise.resolve(new Map());

  provide(source: () => Promise<ReadonlyMap<string, DownloadProgress>>): void {
    this.#source = source;
  }

  all(): Promise<ReadonlyMap<string, DownloadProgress>> {
    return this.#source();
  }
}
