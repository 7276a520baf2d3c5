export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** "0.18.0"; a pre- or post-release keeps its end: "0.18.0rc1". */
  readonly text: string;
}

/** What may follow a version in a tag without being another version: processor, operating system, CUDA. */
const VARIANT = /^-(?:x86_64|amd64|arm64|aarch64|cu\d+|cuda\d*|xeon|runtime|ubuntu\d*)(?:-.*)?$/;

/**
 * The version in an image's tag: `vllm/vllm-openai:v0.18.0-x86_64` → 0.18.0. Undefined for tags that name none
 * (`latest`, `nightly`, a digest alone).
 */
export function versionOf(running: string): Version | undefined {
  const [named = ''] = running.split('@');
  const tag = named.slice(named.lastIndexOf('/') + 1).replace(/^[^:]*:/, '');
  const [, major = '', minor = '', patch, rest = ''] = /^v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?(.*)$/.exec(tag) ?? [];
  if (major === '') return undefined;
  const plain = rest === '' || VARIANT.test(rest);
  return { major: Number(major), minor: Number(minor), patch: Number(patch ?? 0), text: `${major}.${minor}.${patch ?? 0}${plain ? '' : rest}` };
}
