import type { Readable } from 'node:stream';

/** A request that may be sent to an engine, any number of times with different engine model names. */
export interface PreparedRequest {
  readonly model: string;
  readonly stream: boolean;
  /** The gateway asked for the usage event; the client did not. */
  readonly usageInjected: boolean;
  /** The body with `engineModel` in place of the model; the bytes as they came when it is the same. */
  body(engineModel: string): { readonly body: Buffer; readonly rest?: { readonly stream: Readable; readonly length?: number } };
}
