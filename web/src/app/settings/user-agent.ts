const browsers: readonly (readonly [RegExp, string])[] = [
  [/Edg\/(\d+)/, 'Edge'], [/OPR\/(\d+)/, 'Opera'], [/Firefox\/(\d+)/, 'Firefox'], [/Chrome\/(\d+)/, 'Chrome'], [/Version\/(\d+)[\d.]* .*Safari/, 'Safari'], [/curl\/([\d.]+)/, 'curl'],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/Windows/, 'Windows'], [/iPhone|iPad/, 'iOS'], [/Mac OS X/, 'macOS'], [/Android/, 'Android'], [/Linux/, 'Linux'],
];

/** "Chrome 131 · Windows" from a User-Agent header; the header itself when nothing is recognised. */
export function describeUserAgent(header: string): string {
  const browser = browsers.map(([pattern, name]) => [pattern.exec(header), name] as const).find(([found]) => found !== null);
  const system = systems.find(([pattern]) => pattern.test(header))?.[1];
  const parts = [browser ? `${browser[1]} ${browser[0]?.[1] ?? ''}` : null, system ?? null].filter((part) => part !== null);
  return parts.length > 0 ? parts.join(' · ') : header || '–';
}
