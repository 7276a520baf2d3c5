import type { ModelManifest } from '@openstation/proto';

/** Where model files come from: the controller, through the session of the moment. */
export interface ModelSource {
  /** @throws ModelSourceError */
  manifest(modelId: string, signal: AbortSignal): Promise<ModelManifest>;
  /** Bytes of one file from `offset` on, in order. @throws ModelSourceError */
  file(modelId: string, path: string, offset: number, signal: AbortSignal): AsyncIterable<{ readonly offset: number; readonly data: Uint8Array }>;
}

/** `retryable`: the connection failed, not the request; the same question may succeed later. */
export class ModelSourceError extends Error {
  constructor(message: string, readonly retryable: boolean) {
    super(message);
  }
}

/** The model cannot be had: ends the instance as failed(model-fetch). */
export class ModelFetchError extends Error {}
