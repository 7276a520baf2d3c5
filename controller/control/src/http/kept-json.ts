const texts = new WeakMap<object, Buffer | null>();
const [OPEN, COMMA, CLOSE, NULL] = ['[', ',', ']', 'null'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer, Buffer];

/**
 * Marks a view that will not change any more: its JSON is made once, when it is first sent, and kept as long as the view. For
 * the elements of long lists that are asked for all the time.
 */
export function keepJson<T extends object>(view: T): T {
  texts.set(Object.freeze(view), null);
  return view;
}

/** JSON of an answer; of a list of kept views only what is new is written, and the rest is bytes that need no encoding. */
export function jsonOf(answer: unknown): string | Buffer {
  if (!Array.isArray(answer) || !answer.some(isKept)) return JSON.stringify(answer);
  const parts = answer.flatMap((element: unknown) => [COMMA, isKept(element) ? bytesOf(element) : plain(element)]);
  return Buffer.concat([OPEN, ...parts.slice(1), CLOSE]);
}

function isKept(element: unknown): element is object {
  return typeof element === 'object' && element !== null && texts.has(element);
}

function bytesOf(view: object): Buffer {
  const known = texts.get(view);
  if (known) return known;
  const bytes = Buffer.from(JSON.stringify(view));
  texts.set(view, bytes);
  return bytes;
}

/** What JSON cannot say is null in a list. */
function plain(element: unknown): Buffer {
  const text = JSON.stringify(element) as string | undefined;
  return text === undefined ? NULL : Buffer.from(text);
}
