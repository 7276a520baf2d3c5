/** A member of a JSON object by byte positions; `end` is exclusive. */
export interface JsonMember {
  readonly name: string;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** The nesting is deeper than the limit. */
export class JsonDepthError extends Error {}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DEPTH_LIMIT = 128;

/**
 * The members of the object that opens at or after `from`, in order, repeated names included. The text must be
 * valid JSON (parse it first); this only finds where things stand, so that bytes can be spliced without
 * rewriting the rest, which would damage large numbers.
 * @throws JsonDepthError
 */
export function jsonMembers(text: Buffer, from = 0): { readonly open: number; readonly members: readonly JsonMember[] } {
  const open = text.indexOf(0x7b, from);
  const members: JsonMember[] = [];
  let at = skipSpace(text, open + 1);
  while (text[at] === QUOTE) {
    const nameEnd = stringEnd(text, at);
    const name = JSON.parse(text.toString('utf8', at, nameEnd)) as string;
    const valueStart = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const valueEnd = endOfValue(text, valueStart);
    members.push({ name, valueStart, valueEnd });
    at = skipSpace(text, valueEnd);
    if (text[at] === 0x2c) at = skipSpace(text, at + 1);
  }
  return { open, members };
}

function endOfValue(text: Buffer, start: number): number {
  const first = text[start];
  if (first === QUOTE) return stringEnd(text, start);
  if (first === 0x7b || first === 0x5b) return containerEnd(text, start);
  let at = start;
  while (at < text.length && !isDelimiter(text[at])) at += 1;
  return at;
}

function containerEnd(text: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const byte = text[at];
    if (byte === QUOTE) at = stringEnd(text, at) - 1;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > DEPTH_LIMIT) throw new JsonDepthError(`nested deeper than ${DEPTH_LIMIT} levels`);
    } else if (byte === 0x7d || byte === 0x5d) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

/** Position after the closing quote. */
function stringEnd(text: Buffer, start: number): number {
  let quote = text.indexOf(QUOTE, start + 1);
  while (quote >= 0 && isEscaped(text, quote)) quote = text.indexOf(QUOTE, quote + 1);
  return quote < 0 ? text.length : quote + 1;
}

function isEscaped(text: Buffer, at: number): boolean {
  let slashes = 0;
  while (text[at - 1 - slashes] === BACKSLASH) slashes += 1;
  return slashes % 2 === 1;
}

function skipSpace(text: Buffer, from: number): number {
  let at = from;
  while (text[at] === 0x20 || text[at] === 0x0a || text[at] === 0x0d || text[at] === 0x09) at += 1;
  return at;
}

function isDelimiter(byte: number | undefined): boolean {
  return byte === 0x2c || byte === 0x7d || byte === 0x5d || byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
