import type { HubSettings } from '../api';

const MB = 1024 ** 2;
/** The least speed that may be set, in bytes a second: the controller's rule. */
const leastRate = 65_536;

/** What the form holds; speeds in MB/s as typed, empty for no limit; tokens only when somebody types a new one. */
export interface HubsDraft {
  readonly activeDownloads: number | null;
  readonly primaryHub: HubSettings['primaryHub'];
  readonly modelscopeAddress: string;
  readonly huggingfaceAddress: string;
  /** null: to be removed. */
  readonly modelscopeToken: string | null;
  readonly huggingfaceToken: string | null;
  readonly downloadRate: string;
  readonly distributionRate: string;
}

export interface HubChanges {
  activeDownloads?: number;
  primaryHub?: HubSettings['primaryHub'];
  modelscopeAddress?: string;
  huggingfaceAddress?: string;
  modelscopeToken?: string | null;
  huggingfaceToken?: string | null;
  downloadBytesPerSecond?: number | null;
  distributionBytesPerSecond?: number | null;
}

export function hubsDraftOf(stored: HubSettings): HubsDraft {
  const { activeDownloads, primaryHub, modelscopeAddress, huggingfaceAddress } = stored;
  return { activeDownloads, primaryHub, modelscopeAddress, huggingfaceAddress, modelscopeToken: '', huggingfaceToken: '', downloadRate: typed(stored.downloadBytesPerSecond), distributionRate: typed(stored.distributionBytesPerSecond) };
}

/** Translation keys of what has to be mended, by the name of the field in the API. */
export function hubProblemsOf(draft: HubsDraft): Readonly<Record<string, string>> {
  return {
    ...(draft.activeDownloads !== null && Number.isInteger(draft.activeDownloads) && draft.activeDownloads >= 1 && draft.activeDownloads <= 4 ? {} : { activeDownloads: 'settings.hubs.activeWrong' }),
    ...(isAddress(draft.modelscopeAddress) ? {} : { modelscopeAddress: 'settings.hubs.addressWrong' }),
    ...(isAddress(draft.huggingfaceAddress) ? {} : { huggingfaceAddress: 'settings.hubs.addressWrong' }),
    ...(isRate(draft.downloadRate) ? {} : { downloadBytesPerSecond: 'settings.hubs.rateWrong' }),
    ...(isRate(draft.distributionRate) ? {} : { distributionBytesPerSecond: 'settings.hubs.rateWrong' }),
  };
}

/** The change to send: only what differs. */
export function hubChangesOf(draft: HubsDraft, stored: HubSettings): HubChanges {
  const [download, distribution] = [bytesOf(draft.downloadRate), bytesOf(draft.distributionRate)];
  return {
    ...(draft.activeDownloads === null || draft.activeDownloads === stored.activeDownloads ? {} : { activeDownloads: draft.activeDownloads }),
    ...(draft.primaryHub === stored.primaryHub ? {} : { primaryHub: draft.primaryHub }),
    ...(draft.modelscopeAddress.trim() === stored.modelscopeAddress ? {} : { modelscopeAddress: draft.modelscopeAddress.trim() }),
    ...(draft.huggingfaceAddress.trim() === stored.huggingfaceAddress ? {} : { huggingfaceAddress: draft.huggingfaceAddress.trim() }),
    ...(draft.modelscopeToken === '' || (draft.modelscopeToken === null && !stored.modelscopeTokenSet) ? {} : { modelscopeToken: draft.modelscopeToken }),
    ...(draft.huggingfaceToken === '' || (draft.huggingfaceToken === null && !stored.huggingfaceTokenSet) ? {} : { huggingfaceToken: draft.huggingfaceToken }),
    ...(draft.downloadRate === typed(stored.downloadBytesPerSecond) ? {} : { downloadBytesPerSecond: download }),
    ...(draft.distributionRate === typed(stored.distributionBytesPerSecond) ? {} : { distributionBytesPerSecond: distribution }),
  };
}

function typed(bytes: number | null): string {
  return bytes === null ? '' : String(Number((bytes / MB).toFixed(4)));
}

function bytesOf(text: string): number | null {
  return text.trim() === '' ? null : Math.round(Number(text) * MB);
}

function isRate(text: string): boolean {
  if (text.trim() === '') return true;
  const bytes = bytesOf(text) ?? Number.NaN;
  return Number.isFinite(bytes) && bytes >= leastRate;
}

function isAddress(text: string): boolean {
  const url = URL.parse(text.trim());
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:') && url.username === '' && url.search === '' && url.hash === '';
}
