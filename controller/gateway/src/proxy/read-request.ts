import type { IncomingMessage } from 'node:http';
import { refusal } from '../api-errors/index.js';
import type { ApiEndpoint } from './endpoints.js';
import { formBoundary, prepareForm } from './form-request.js';
import { prepareJson } from './json-request.js';
import type { PreparedRequest } from './prepared-request.js';
import { announcedLength, readFormHead, readWholeBody, tooLarge } from './read-body.js';

export interface BodyLimits {
  readonly bodyBytes: number;
  readonly uploadBytes: number;
}

/** The request and the way to tell a client that waits for "100 Continue" to send its body. */
export interface BodySource {
  readonly request: IncomingMessage;
  readonly askForBody: () => void;
}

/**
 * Reads a request as far as needed to send it on.
 * @throws Refusal when it cannot be sent
 */
export async function readRequest(endpoint: ApiEndpoint, { request, askForBody }: BodySource, limits: BodyLimits): Promise<PreparedRequest> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw refusal('unsupported_media_type', 'Send the request body without content-encoding.');
  const limit = endpoint.body === 'json' ? limits.bodyBytes : limits.uploadBytes;
  if ((announcedLength(request) ?? 0) > limit) throw tooLarge(limit);
  const boundary = formBoundary(request.headers['content-type']);
  if (endpoint.body === 'form' && boundary === undefined) throw refusal('unsupported_media_type', 'This route takes a form: send content-type multipart/form-data with a boundary.');
  askForBody();
  if (boundary === undefined || endpoint.body === 'json') return prepareJson(endpoint, await readWholeBody(request, limit));
  return prepareForm(await readFormHead(request, boundary), boundary);
}
