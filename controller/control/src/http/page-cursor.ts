import { ApiError } from './errors.js';

/** A place in a list that is ordered by a number and then an id, newest first. */
export interface PagePlace {
  readonly at: number;
  readonly id: string;
}

export function formatCursor({ at, id }: PagePlace): string {
  return `${at}_${id}`;
}

/** @throws ApiError `bad-request` when the text is not a cursor of ours. */
export function parseCursor(text: string): PagePlace {
  const match = /^(\d{1,16})_([A-Za-z0-9_-]{1,64})$/.exec(text);
  if (!match) throw new ApiError('bad-request', 'before: is not a `next` of an earlier page', { field: 'before' });
  return { at: Number(match[1]), id: match[2] ?? '' };
}
