import type { ConsoleEvent } from './api-types';
import type { LiveList } from './live-list';

/** About six times a second: soon enough to look live, seldom enough that a thousand nodes do not redraw the page all the time. */
export const GATHER_MS = 160;

/** Collects what events change of a list and hands it over together: the first at once, what follows it at the end of a short time. */
export class Gathered<T extends { readonly id: string }> {
  private readonly changes = new Map<string, T | null>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly list: LiveList<T>) {}

  note(event: ConsoleEvent): void {
    this.changes.set(event.id, event.kind === 'removed' ? null : (event.value as T));
    if (this.timer === undefined) this.flush();
  }

  drop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.changes.clear();
  }

  private flush(): void {
    this.timer = undefined;
    if (this.changes.size === 0) return;
    this.list.apply(this.changes);
    this.changes.clear();
    this.timer = setTimeout(() => this.flush(), GATHER_MS);
  }
}
