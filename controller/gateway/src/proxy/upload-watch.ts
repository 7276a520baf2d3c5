import type { PreparedRequest } from './prepared-request.js';

export interface UploadWatchParts {
  readonly mostBytes: number;
  /** Part of it has passed. */
  readonly passed: () => void;
  readonly tooLarge: () => void;
}

/** A streamed form without an announced length is counted as it passes. */
export function watchUpload(prepared: PreparedRequest, { mostBytes, passed, tooLarge }: UploadWatchParts): void {
  const { rest, body } = prepared.body(prepared.model);
  if (!rest || rest.length !== undefined) return;
  let bytes = body.length;
  rest.stream.on('data', (chunk: Buffer) => {
    passed();
    bytes += chunk.length;
    if (bytes > mostBytes) tooLarge();
  });
}
