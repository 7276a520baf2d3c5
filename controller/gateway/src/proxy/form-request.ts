import type { Readable } from 'node:stream';
import { refusal } from '../api-errors/index.js';
import type { PreparedRequest } from './prepared-request.js';
import { splice } from './splice.js';

/** The model field must stand within this many first bytes of the form. */
export const FORM_HEAD_BYTES = 64 * 1024;

const CRLF = Buffer.from('\r\n');
const HEAD_END = Buffer.from('\r\n\r\n');

export interface FormHead {
  /** First bytes of the body. */
  readonly bytes: Buffer;
  /** What follows them; absent when they are all. */
  readonly rest?: Readable;
  /** Bytes in all, when the client said so. */
  readonly length?: number;
}

export interface FormField {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Undefined when the content type is not a form with a usable boundary. */
export function formBoundary(contentType: string | undefined): string | undefined {
  const match = /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType ?? '');
  return match?.[1] ?? match?.[2];
}

/**
 * Finds a plain field in the first bytes of a form. `incomplete` when the bytes end before it could be decided;
 * undefined when the form ended without it.
 */
export function findFormField(bytes: Buffer, boundary: string, name: string): FormField | 'incomplete' | undefined {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const first = Buffer.from(`--${boundary}`);
  let at = bytes.subarray(0, first.length).equals(first) ? first.length : after(bytes, delimiter, 0);
  while (at >= 0) {
    if (bytes.subarray(at, at + 2).toString('latin1') === '--') return undefined;
    const headStart = bytes.indexOf(CRLF, at);
    const headEnd = headStart < 0 ? -1 : bytes.indexOf(HEAD_END, headStart);
    if (headEnd < 0) return 'incomplete';
    const start = headEnd + HEAD_END.length;
    const end = bytes.indexOf(delimiter, start);
    if (isField(bytes.toString('utf8', headStart, headEnd), name)) {
      return end < 0 ? 'incomplete' : { text: bytes.toString('utf8', start, end), start, end };
    }
    at = end < 0 ? -1 : end + delimiter.length;
  }
  return 'incomplete';
}

/** @throws Refusal when the form's head names no model */
export function prepareForm(head: FormHead, boundary: string): PreparedRequest {
  const field = findFormField(head.bytes, boundary, 'model');
  if (field === 'incomplete') {
    throw refusal('missing_required_parameter', `The form field "model" was not found in the first ${FORM_HEAD_BYTES / 1024} KiB: send it before the file.`, 'model');
  }
  if (!field || field.text === '') throw refusal('missing_required_parameter', 'You must give the form field "model".', 'model');
  const streamField = findFormField(head.bytes, boundary, 'stream');
  return {
    model: field.text,
    stream: typeof streamField === 'object' && streamField.text === 'true',
    usageInjected: false,
    body(engineModel) {
      const body = engineModel === field.text ? head.bytes : splice(head.bytes, [{ ...field, text: engineModel }]);
      if (!head.rest) return { body };
      const length = head.length === undefined ? undefined : head.length + body.length - head.bytes.length;
      return { body, rest: { stream: head.rest, ...(length !== undefined && { length }) } };
    },
  };
}

function after(bytes: Buffer, needle: Buffer, from: number): number {
  const at = bytes.indexOf(needle, from);
  return at < 0 ? -1 : at + needle.length;
}

function isField(partHead: string, name: string): boolean {
  return new RegExp(`^content-disposition:[^\\r\\n]*;\\s*name="${name}"`, 'im').test(partHead) && !/;\s*filename\*?=/i.test(partHead);
}
