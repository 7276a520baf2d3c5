const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
/** `registry.example:5000/path` or `path`: what may stand before the name of an image. */
const PREFIX = new RegExp(`^[a-zA-Z0-9][a-zA-Z0-9.-]*(?::\\d{1,5})?(?:/${COMPONENT})*$`);
const REFERENCE = new RegExp(`^(?:[a-z0-9][a-z0-9.-]*(?::\\d{1,5})?/)?${COMPONENT}(?:/${COMPONENT})*(?<version>:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(?<digest>@sha256:[0-9a-f]{64})?$`);

/** Everything before tag and digest. */
export function imageRepository(image: string): string {
  const { version = '', digest = '' } = REFERENCE.exec(image)?.groups ?? {};
  return image.slice(0, image.length - version.length - digest.length);
}

/** `sha256:…`; empty when it has none. */
export function imageDigest(image: string): string {
  return (REFERENCE.exec(image)?.groups?.['digest'] ?? '').slice(1);
}

/** What is wrong with an image, in words. A tag or digest must be there: `latest` is something else every day. */
export function imageProblem(image: string): string | undefined {
  const match = REFERENCE.exec(image);
  if (!match) return 'must look like registry/path/name:tag or name@sha256:…, in lower case';
  return imageVersion(image) === '' ? 'needs a tag or a digest: without one every node may start something else' : undefined;
}

export function mirrorProblem(mirror: string): string | undefined {
  if (!PREFIX.test(mirror)) return 'must look like registry.example:5000 or registry.example/path, without https://';
  const [host = ''] = mirror.split('/');
  return /[.:]|^localhost$/.test(host) ? undefined : `${host} is no registry: it needs a dot or a port, or Docker takes it for a path of Docker Hub`;
}

/** Tag, or the digest; empty when the image has neither. */
export function imageVersion(image: string): string {
  const { version = '', digest = '' } = REFERENCE.exec(image)?.groups ?? {};
  return version === '' ? digest.slice(1) : version.slice(1);
}
