/** Whether a text can be a pattern of paths in a repository: relative, no control characters. */
export function isGlob(pattern: string): boolean {
  return pattern !== '' && pattern.length <= 200 && !pattern.startsWith('/') && !/[\p{Cc}\\]/u.test(pattern) && !pattern.split('/').includes('..');
}

/**
 * Matches a path against a pattern in which `*` stands for any characters, `/` among them, and `?` for one: the rule of
 * both hubs' own clients. Time is at most the product of both lengths.
 */
export function matchesGlob(path: string, pattern: string): boolean {
  let at = 0;
  let want = 0;
  let star = -1;
  let resume = 0;
  while (at < path.length) {
    if (want < pattern.length && pattern[want] === '*') {
      star = want++;
      resume = at;
    } else if (want < pattern.length && (pattern[want] === '?' || pattern[want] === path[at])) {
      at += 1;
      want += 1;
    } else if (star >= 0) {
      want = star + 1;
      at = ++resume;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(want));
}
