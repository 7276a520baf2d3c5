import type { Settings } from '../api';

/** What the form holds; empty numbers are null until corrected. */
export interface GeneralDraft {
  readonly publicHost: string;
  readonly sessionIdleMinutes: number | null;
  readonly callRetentionDays: number | null;
}

export type GeneralProblems = Partial<Record<keyof GeneralDraft, string>>;

export function draftOf({ publicHost, sessionIdleMinutes, callRetentionDays }: Settings): GeneralDraft {
  return { publicHost: publicHost ?? '', sessionIdleMinutes, callRetentionDays };
}

/** Translation keys of what has to be mended, by field; the same limits as the controller's. */
export function problemsOf({ publicHost, sessionIdleMinutes, callRetentionDays }: GeneralDraft): GeneralProblems {
  return {
    ...(/^[A-Za-z0-9.:-]{0,253}$/.test(publicHost.trim()) ? {} : { publicHost: 'settings.general.hostWrong' }),
    ...(within(sessionIdleMinutes, 5, 1440) ? {} : { sessionIdleMinutes: 'settings.general.idleWrong' }),
    ...(within(callRetentionDays, 1, 3650) ? {} : { callRetentionDays: 'settings.general.retentionWrong' }),
  };
}

/** The change to send: only what differs. */
export function changesOf(draft: GeneralDraft, stored: Settings): Partial<Settings> {
  const publicHost = draft.publicHost.trim() === '' ? null : draft.publicHost.trim();
  return {
    ...(publicHost === stored.publicHost ? {} : { publicHost }),
    ...(draft.sessionIdleMinutes === null || draft.sessionIdleMinutes === stored.sessionIdleMinutes ? {} : { sessionIdleMinutes: draft.sessionIdleMinutes }),
    ...(draft.callRetentionDays === null || draft.callRetentionDays === stored.callRetentionDays ? {} : { callRetentionDays: draft.callRetentionDays }),
  };
}

function within(value: number | null, low: number, high: number): boolean {
  return value !== null && Number.isInteger(value) && value >= low && value <= high;
}
