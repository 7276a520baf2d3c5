const texts = new WeakMap<object, string | null>();

/**
 * Marks a view that will not change any more: its JSON is made once, when it is first sent, and kept as long as the view. For
 * the elements of long lists that are asked for all the time.
 */
export function keepJson<T extends object>(view: T): T {
  texts.set(Object.freeze(view), null);
  return view;
}

/** JSON of an answer; of a list of kept views only what is new is written. */
export function jsonOf(answer: unknown): string {
  if (!Array.isArray(answer) || !answer.some(isKept)) return JSON.stringify(answer);
  return `[${answer.map((element) => (isKept(element) ? textOf(element) : (JSON.stringify(element) ?? 'null'))).join(',')}]`;
}

function isKept(element: unknown): element is object {
  return typeof element === 'object' && element !== null && texts.has(element);
}

function textOf(view: object): string {
  const known = texts.get(view);
  if (known !== null && known !== undefined) return known;
  const text = JSON.stringify(view);
  texts.set(view, text);
  return text;
}
