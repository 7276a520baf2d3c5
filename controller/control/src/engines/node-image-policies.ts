import { Injectable } from '@nestjs/common';
import type { NodeImagePolicy } from './image-permission.js';

type Source = () => Promise<NodeImagePolicy[]>;

/** What nodes permit of images, as a room above this one knows it. */
@Injectable()
export class NodeImagePolicies {
  #source: Source = () => Promise.resolve([]);

  provide(source: Source): void {
    this.#source = source;
  }

  all(): Promise<NodeImagePolicy[]> {
    return this.#source();
  }
}
