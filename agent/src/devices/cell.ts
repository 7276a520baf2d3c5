/** Words that stand where a value should be. Sources: recordings of drivers 535-610 and the tool's manual. */
const ABSENT = /^\[?(n\/a|not supported|insufficient permissions|requested functionality has been deprecated|not found|none|)\]?$/i;
const LOST = /^\[?gpu is lost\.?\]?$/i;
const FAULT = /^(\[?unknown error\]?|\[?err!\]?)$/i;

/** Undefined for everything that is no number: a missing value is never 0. Units and a decimal comma are tolerated. */
export function numberOf(cell: string | undefined): number | undefined {
  const match = /^[+-]?\d+(?:[.,]\d+)?(?=\s|%|$|[A-Za-z])/.exec(cell?.trim() ?? '');
  return match ? Number(match[0].replace(',', '.')) : undefined;
}

/** A number that cannot be below zero: a negative one is a driver's way to say it does not know. */
export function amountOf(cell: string | undefined): number | undefined {
  const value = numberOf(cell);
  return value !== undefined && value >= 0 ? value : undefined;
}

export function textOf(cell: string | undefined): string {
  const text = cell?.trim() ?? '';
  return ABSENT.test(text) || LOST.test(text) || FAULT.test(text) ? '' : text;
}

/** What a value says about its card: `lost`, `error`, or nothing. */
export function faultOf(cell: string): 'lost' | 'error' | undefined {
  if (LOST.test(cell)) return 'lost';
  return FAULT.test(cell) ? 'error' : undefined;
}
