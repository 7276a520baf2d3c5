import { Injector, computed, effect, inject, runInInjectionContext, signal, untracked, type Signal } from '@angular/core';
import { Api, ApiFailure, apiUrl, lineStream, type Instance, type LineStream, type LogLine } from '../api';

export interface EngineLog {
  readonly lines: Signal<readonly LogLine[]>;
  /** Why there are no lines; null while all is well. */
  readonly failure: Signal<ApiFailure | null>;
}

/** Of an instance, also a past one, as much as its log needs. */
export type LoggedInstance = Pick<Instance, 'id' | 'state'>;

/** An engine that has ended writes nothing more: its log is read once instead of followed. */
function hasEnded(instance: LoggedInstance): boolean {
  return instance.state === 'stopped' || instance.state === 'failed';
}

/** The log of an instance that may change, of one that spans nodes that of a member: followed while its engine lives, else fetched. Call in an injection context. */
export function engineLog(instance: Signal<LoggedInstance | null>, rank: Signal<number>): EngineLog {
  const injector = inject(Injector);
  const api = inject(Api);
  const stream = signal<LineStream | null>(null);
  const fetched = signal<readonly LogLine[]>([]);
  const failure = signal<ApiFailure | null>(null);
  // Instances change several times a second while they load; only another id or its end opens the log anew.
  const id = computed(() => instance()?.id ?? null);
  const ended = computed(() => {
    const now = instance();
    return now !== null && hasEnded(now);
  });

  effect((onCleanup) => {
    const [instanceId, isOver, member] = [id(), ended(), rank()];
    stream.set(null);
    failure.set(null);
    fetched.set([]);
    if (instanceId === null) return;
    if (isOver) {
      const abort = new AbortController();
      void fetchOnce(instanceId, member, abort.signal);
      onCleanup(() => abort.abort());
    } else {
      const opened = untracked(() => runInInjectionContext(injector, () => lineStream(`${apiUrl('/instances/{id}/log/follow', { id: instanceId })}?rank=${member}`)));
      stream.set(opened);
      onCleanup(() => opened.close());
    }
  });

  const fetchOnce = async (instanceId: string, member: number, signal: AbortSignal): Promise<void> => {
    try {
      fetched.set(await api.get('/instances/{id}/log', { params: { id: instanceId }, query: { tail: 5000, rank: member }, signal }));
    } catch (thrown) {
      if (!signal.aborted) failure.set(ApiFailure.from(thrown));
    }
  };

  return { lines: computed(() => stream()?.lines() ?? fetched()), failure: failure.asReadonly() };
}
