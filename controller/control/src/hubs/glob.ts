/** Whether a path matches a pattern of `*` (any characters, `/` too) and `?` (one). Linear in time however many stars there are. */
export function matchesGlob(pattern: string, path: string): boolean {
  let p = 0;
  let s = 0;
  let star = -1;
  let resumeAt = 0;
  while (s < path.length) {
    if (pattern[p] === '*') {
      star = p++;
      resumeAt = s;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === path[s])) {
      p++;
      s++;
    } else if (star >= 0) {
      p = star + 1;
      s = ++resumeAt;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
