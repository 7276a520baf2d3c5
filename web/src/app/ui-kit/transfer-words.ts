import { formatBytes, formatDuration } from './format';

/** Of a job that moves bytes; the transfer of an operation fits. */
export interface Transfer {
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly bytesPerSecond: number | null;
  readonly etaSeconds: number | null;
}

export type TranslateKey = (key: string, values: object) => string;

/** `1.2 GB / 16.4 GB · 84 MB/s · 3 min left`: only what is known. */
export function transferWords({ bytesDone, bytesTotal, bytesPerSecond, etaSeconds }: Transfer, language: 'zh' | 'en', translate: TranslateKey): string {
  return [
    bytesTotal > 0 ? translate('kit.transfer.of', { done: formatBytes(bytesDone), total: formatBytes(bytesTotal) }) : '',
    bytesPerSecond === null ? '' : translate('kit.transfer.speed', { speed: formatBytes(bytesPerSecond) }),
    etaSeconds === null ? '' : translate('kit.transfer.left', { time: formatDuration(etaSeconds < 60 ? Math.ceil(etaSeconds) * 1000 : Math.round(etaSeconds) * 1000, language).replace('.00', '') }),
  ].filter(Boolean).join(' · ');
}
