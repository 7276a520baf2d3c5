/** Where to go after signing in: only a path of this console, never another site. */
export function safeReturnUrl(wanted: string | null | undefined): string {
  if (!wanted || !wanted.startsWith('/') || wanted.startsWith('//') || wanted.includes('\\')) return '/';
  return wanted.startsWith('/sign-in') ? '/' : wanted;
}
