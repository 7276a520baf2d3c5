import type { IncomingMessage } from 'node:http';
import { refusal, type Refusal } from '../api-errors/index.js';
import { FORM_HEAD_BYTES, findFormField, type FormHead } from './form-request.js';

/** Bytes the client announced; undefined when it sends chunks. */
export function announcedLength(request: IncomingMessage): number | undefined {
  const text = request.headers['content-length'];
  return text === undefined ? undefined : Number(text);
}

export function tooLarge(limit: number): Refusal {
  return refusal('request_too_large', `The request body is larger than the limit of ${limit} bytes.`);
}

/**
 * The whole body; refuses as soon as the limit is passed.
 * @throws Refusal; never settles when the client leaves (the caller hears that by itself)
 */
export function readWholeBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limit) {
        chunks.length = 0;
        request.removeAllListeners('data');
        reject(tooLarge(limit));
        return;
      }
      chunks.push(chunk);
    });
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
  });
}

/** Reads just enough of a form to know its model; the rest stays in the (paused) request. */
export function readFormHead(request: IncomingMessage, boundary: string): Promise<FormHead> {
  const length = announcedLength(request);
  return new Promise((resolve) => {
    let bytes: Buffer = Buffer.alloc(0);
    const settle = (ended: boolean) => {
      request.off('data', onData).off('end', onEnd);
      request.pause();
      resolve({ bytes, ...(!ended && { rest: request }), ...(length !== undefined && { length }) });
    };
    const onData = (chunk: Buffer) => {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      if (bytes.length >= FORM_HEAD_BYTES || findFormField(bytes, boundary, 'model') !== 'incomplete') settle(false);
    };
    const onEnd = () => settle(true);
    request.on('data', onData).once('end', onEnd);
  });
}
