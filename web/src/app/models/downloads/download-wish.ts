import type { DownloadPreview, ModelFamily, ModelVariant } from '../../api';

export type Hub = DownloadPreview['hub'];
export const hubs: readonly Hub[] = ['modelscope', 'huggingface'];

/** What the download dialog is opened with. */
export interface DownloadWish {
  readonly family: ModelFamily;
  readonly variant: ModelVariant;
}

/** Hubs that have the variant. */
export function hubsOf({ repositories }: Pick<ModelVariant, 'repositories'>): readonly Hub[] {
  return hubs.filter((hub) => repositories[hub] !== null);
}

export type PreviewWarning = 'space' | 'gated' | 'licence' | 'memory';

/** What a person should know before the bytes flow; the worst first. */
export function warningsOf({ fits, gated, licence, memoryNeedBytes }: DownloadPreview, room: number | null): readonly PreviewWarning[] {
  return [
    ...(fits ? [] : (['space'] as const)),
    ...(gated ? (['gated'] as const) : []),
    ...(room !== null && memoryNeedBytes > room ? (['memory'] as const) : []),
    ...(restricted(licence) ? (['licence'] as const) : []),
  ];
}

/** Licences that let everybody use, change and sell: for others there is something to read. */
const open = /^(apache-2\.0|mit|bsd(-[23]-clause)?|isc|cc0-1\.0|cc-by-4\.0|unlicense)$/i;

export function restricted(licence: string | null): boolean {
  return licence === null || !open.test(licence.trim());
}
