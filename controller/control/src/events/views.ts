import { Injectable } from '@nestjs/common';
import type { CallerIdentity } from '../http/index.js';
import type { ConsoleTopic } from './topics.js';

export interface View {
  /** The view of one thing as the list route would give it; undefined when it is gone. */
  readonly load: (id: string) => Promise<unknown>;
  /** Beyond the topic's permission: whether this person may see this view. Absent: yes. */
  readonly visible?: ((value: unknown, caller: CallerIdentity) => boolean) | undefined;
}

/** How to show each topic's things. Every room registers its own; the event stream only reads. */
@Injectable()
export class Views {
  readonly #views = new Map<ConsoleTopic, View>();

  register(topic: ConsoleTopic, load: View['load'], visible?: View['visible']): void {
    if (this.#views.has(topic)) throw new Error(`a view of ${topic} is registered already`);
    this.#views.set(topic, { load, visible });
  }

  of(topic: ConsoleTopic): View | undefined {
    return this.#views.get(topic);
  }
}
