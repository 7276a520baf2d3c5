/** One line of Docker's answer to a pull. */
export interface PullEvent {
  readonly id?: string;
  readonly status?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly error?: string;
}

/** Downloading is most of a pull, unpacking the rest. */
const DOWNLOAD_SHARE = 0.75;
/** What a layer counts for before its size is known. */
const UNKNOWN_LAYER_BYTES = 10_000_000;

interface Layer {
  total: number;
  /** 0..1 over download and unpacking. */
  ratio: number;
}

/** Turns the events of a pull into one ratio that never falls. Pure but for its own memory. */
export class PullProgress {
  readonly #layers = new Map<string, Layer>();
  #best = 0;

  /** Ratio 0..1 after this event. */
  accept(event: PullEvent): number {
    if (event.id !== undefined && event.status !== undefined) this.#layer(event.id, event);
    const layers = [...this.#layers.values()];
    const total = layers.reduce((sum, layer) => sum + layer.total, 0);
    const done = layers.reduce((sum, layer) => sum + layer.total * layer.ratio, 0);
    this.#best = Math.max(this.#best, total > 0 ? done / total : 0);
    return this.#best;
  }

  #layer(id: string, event: PullEvent): void {
    const { current = 0, total = 0 } = event.progressDetail ?? {};
    const part = total > 0 ? Math.min(1, current / total) : 0;
    const layer = this.#layers.get(id);
    const known = layer ?? { total: UNKNOWN_LAYER_BYTES, ratio: 0 };
    switch (event.status) {
      case 'Pulling fs layer':
      case 'Waiting':
        break;
      case 'Downloading':
        if (total > 0) known.total = total;
        known.ratio = Math.max(known.ratio, part * DOWNLOAD_SHARE);
        break;
      case 'Verifying Checksum':
      case 'Download complete':
        known.ratio = Math.max(known.ratio, DOWNLOAD_SHARE);
        break;
      case 'Extracting':
        known.ratio = Math.max(known.ratio, DOWNLOAD_SHARE + part * (1 - DOWNLOAD_SHARE));
        break;
      case 'Pull complete':
      case 'Already exists':
        known.ratio = 1;
        break;
      default:
        return; // "Pulling from …" names a tag, not a layer
    }
    this.#layers.set(id, known);
  }
}
