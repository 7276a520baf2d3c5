import type { EngineImage } from '../../api';

export type ImageSource = 'shipped' | 'mirror' | 'own';

export interface ImageDraft {
  readonly source: ImageSource;
  readonly mirror: string;
  readonly image: string;
}

export function imageDraftOf({ overridden, image, mirror }: EngineImage): ImageDraft {
  if (!overridden) return { source: 'shipped', mirror: '', image: '' };
  return mirror === null ? { source: 'own', mirror: '', image } : { source: 'mirror', mirror, image: '' };
}

/** Null while what the choice needs is not there. */
export function imageRequestOf({ source, mirror, image }: ImageDraft): { readonly image: string | null; readonly mirror: string | null } | null {
  if (source === 'shipped') return { image: null, mirror: null };
  const text = (source === 'mirror' ? mirror : image).trim();
  if (text === '') return null;
  return source === 'mirror' ? { image: null, mirror: text } : { image: text, mirror: null };
}
