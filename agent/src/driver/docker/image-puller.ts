import type Docker from 'dockerode';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { DriverError } from '../driver.js';
import { PullProgress, type PullEvent } from './pull-progress.js';

export type OnProgress = (ratio: number, message: string) => void;

interface SharedPull {
  readonly done: Promise<void>;
  readonly listeners: Set<OnProgress>;
  readonly abort: AbortController;
}

/** Makes images present: one pull per image however many ask; it ends early when the last one leaves. */
export class ImagePuller {
  readonly #pulls = new Map<string, SharedPull>();

  constructor(private readonly docker: Docker) {}

  /** @throws DriverError with reason image-pull */
  async ensure(image: string, onProgress: OnProgress, signal: AbortSignal): Promise<void> {
    if (await this.present(image)) return;
    await this.#ending(image);
    const pull = this.#pulls.get(image) ?? this.#begin(image);
    pull.listeners.add(onProgress);
    const left = Promise.withResolvers<never>();
    const leave = (): void => left.reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    try {
      await Promise.race([pull.done, left.promise]);
    } finally {
      signal.removeEventListener('abort', leave);
      pull.listeners.delete(onProgress);
      if (pull.listeners.size === 0) pull.abort.abort();
    }
  }

  /** A pull that everybody left is let end first. */
  async #ending(image: string): Promise<void> {
    for (let pull = this.#pulls.get(image); pull?.abort.signal.aborted; pull = this.#pulls.get(image)) await pull.done.catch(() => undefined); // its end is all that matters
  }

  #begin(image: string): SharedPull {
    const listeners = new Set<OnProgress>();
    const abort = new AbortController();
    const done = this.#pull(image, listeners, abort.signal).finally(() => this.#pulls.delete(image));
    done.catch(() => undefined); // whoever still waits gets it; nobody may be left to
    const pull = { done, listeners, abort };
    this.#pulls.set(image, pull);
    return pull;
  }

  async #pull(image: string, listeners: Set<OnProgress>, signal: AbortSignal): Promise<void> {
    const stream = (await this.docker.createImage({ fromImage: withTag(image) }).catch((error: unknown) => {
      throw pullError(image, (error as Error).message);
    })) as unknown as Readable;
    const stop = (): void => void stream.destroy();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await this.#follow(image, stream, listeners);
    } finally {
      signal.removeEventListener('abort', stop);
    }
    // A cut connection ends the stream without an error line: only the image itself proves the pull.
    if (!(await this.present(image))) throw pullError(image, 'the transfer ended before the image was complete');
  }

  /** Errors after the first byte arrive as a line inside an HTTP 200. */
  async #follow(image: string, stream: Readable, listeners: Set<OnProgress>): Promise<void> {
    const progress = new PullProgress();
    const broken = Promise.withResolvers<never>();
    stream.once('error', (error) => broken.reject(pullError(image, error.message)));
    const read = async (): Promise<void> => {
      for await (const line of createInterface({ input: stream })) {
        if (line.trim() === '') continue;
        const event = JSON.parse(line) as PullEvent;
        if (event.error !== undefined) throw pullError(image, event.error);
        const ratio = progress.accept(event);
        for (const listener of listeners) listener(ratio, event.status ?? '');
      }
    };
    await Promise.race([read(), broken.promise]);
  }

  /** @throws DriverError when it is there, but this node refuses it */
  async present(image: string): Promise<boolean> {
    try {
      const { Config } = await this.docker.getImage(image).inspect();
      // A library preloaded by the image runs inside the container runtime's hooks, outside the confinement.
      if ((Config.Env ?? []).some((entry) => /^LD_(PRELOAD|LIBRARY_PATH)=.*\/(dev|proc|tmp|model|cache)/.test(entry) || entry.startsWith('LD_PRELOAD='))) {
        throw new DriverError('image-pull', `image ${image} presets LD_PRELOAD, which this node refuses`);
      }
      return true;
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === 404) return false;
      throw error;
    }
  }
}

/** Without tag and digest Docker would fetch every tag of the repository. */
function withTag(image: string): string {
  return image.includes('@') || /:[^/]+$/.test(image) ? image : `${image}:latest`;
}

function pullError(image: string, text: string): DriverError {
  return new DriverError('image-pull', `image ${image} could not be fetched: ${text.replace(/^\(HTTP code \d+\) [^-]* - /, '').trim()}`);
}
