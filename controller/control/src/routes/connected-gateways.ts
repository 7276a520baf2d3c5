import { Injectable } from '@nestjs/common';

/** Which gateways hold a stream now; those seen since the start stay listed as not connected. */
@Injectable()
export class ConnectedGateways {
  readonly #streams = new Map<string, number>();

  /** @returns the way to leave. */
  enter(id: string): () => void {
    this.#streams.set(id, (this.#streams.get(id) ?? 0) + 1);
    return () => void this.#streams.set(id, (this.#streams.get(id) ?? 1) - 1);
  }

  list(): { id: string; connected: boolean }[] {
    return [...this.#streams].map(([id, streams]) => ({ id, connected: streams > 0 }));
  }
}
