export interface ImageReference {
  /** Everything before tag and digest: "registry:5000/team/name". */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** Splits `repository[:tag][@sha256:…]`; undefined when the text is no image reference. */
export function parseImageReference(text: string): ImageReference | undefined {
  const match = /^([a-z0-9]+(?:[._:/-]+[a-z0-9]+)*?)(?::([A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(text);
  const repository = match?.[1];
  if (repository === undefined) return undefined;
  return { repository, tag: match?.[2], digest: match?.[3] };
}
