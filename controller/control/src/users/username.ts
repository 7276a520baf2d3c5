/** How names are compared: one writing of each letter, without case. */
export function usernameKey(username: string): string {
  return username.normalize('NFKC').toLowerCase();
}
