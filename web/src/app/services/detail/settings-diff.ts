import type { Service, ServiceRevision } from '../../api';

/** What a revision fixes: how the engine of every instance is started. */
export type RunSettings = Pick<Service, 'engine' | 'parameters' | 'contextLength' | 'parallel' | 'networkInterface'>;

export interface SettingChange {
  readonly field: keyof RunSettings;
  readonly from: string | number | null;
  readonly to: string | number | null;
}

const fields = ['engine', 'contextLength', 'parallel', 'networkInterface', 'parameters'] as const;

/** What is different between two sets of settings, in the order they are shown. */
export function settingChanges(from: RunSettings, to: RunSettings): readonly SettingChange[] {
  return fields.filter((field) => from[field] !== to[field]).map((field) => ({ field, from: from[field], to: to[field] }));
}

export function settingsOf({ engine, parameters, contextLength, parallel, networkInterface }: RunSettings): RunSettings {
  return { engine, parameters: parameters.trim(), contextLength, parallel, networkInterface };
}

/** Revisions with what each changed against the one before it, newest first; the first of all changed nothing. */
export function revisionHistory(revisions: readonly ServiceRevision[]): readonly { readonly revision: ServiceRevision; readonly changes: readonly SettingChange[] }[] {
  const newestFirst = [...revisions].sort((a, b) => b.revision - a.revision);
  return newestFirst.map((revision, at) => {
    const before = newestFirst[at + 1];
    return { revision, changes: before ? settingChanges(before, revision) : [] };
  });
}
