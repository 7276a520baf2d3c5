import type { Download, ModelFamily, ModelVariant, Operation } from '../../api';

const onTheChip: Readonly<Record<Operation['state'], ModelVariant['state']>> = {
  queued: 'queued', running: 'downloading', waiting: 'downloading', paused: 'paused', succeeded: 'ready', failed: 'failed', cancelled: 'absent',
};

/** The families with what the operations of their downloads say now: those move every moment, the catalog is fetched now and then. */
export function withLiveProgress(families: readonly ModelFamily[], downloads: readonly Download[], operations: readonly Operation[]): readonly ModelFamily[] {
  const jobs = new Map(operations.map((operation) => [operation.id, operation]));
  const running = new Map(downloads.map((download) => [download.id, jobs.get(download.operation.id) ?? download.operation]));
  return families.map((family) => ({ ...family, variants: family.variants.map((variant) => atNow(variant, running.get(variant.downloadId ?? ''))) }));
}

function atNow(variant: ModelVariant, job: Operation | undefined): ModelVariant {
  if (!job) return variant;
  return { ...variant, state: onTheChip[job.state], percent: job.state === 'cancelled' ? 0 : job.percent };
}

/** A download with its operation as it is now. */
export function withLiveOperation(download: Download, operations: readonly Operation[]): Download {
  const operation = operations.find(({ id }) => id === download.operation.id);
  return operation ? { ...download, operation } : download;
}

/** The download that the foot of a family's card shows: what runs before what waits, pauses or failed. */
export function shownDownload(family: ModelFamily, downloads: readonly Download[]): { readonly download: Download; readonly variant: ModelVariant; readonly others: number } | null {
  const order: readonly Download['state'][] = ['active', 'waiting', 'paused', 'failed', 'queued'];
  const found = family.variants.flatMap((variant) => {
    const download = downloads.find(({ id }) => id === variant.downloadId);
    return download && order.includes(download.state) ? [{ download, variant }] : [];
  });
  const [first] = found.toSorted((a, b) => order.indexOf(a.download.state) - order.indexOf(b.download.state));
  return first ? { ...first, others: found.length - 1 } : null;
}
