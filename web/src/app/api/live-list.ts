import { signal, type Signal } from '@angular/core';

/** A list that mirrors one of the controller's: replaced as a whole by `load`, then kept current item by item. */
export class LiveList<T extends { readonly id: string }> {
  private readonly state = signal<readonly T[]>([]);
  private readonly loadedState = signal(false);

  readonly items: Signal<readonly T[]> = this.state.asReadonly();
  readonly loaded: Signal<boolean> = this.loadedState.asReadonly();

  replace(items: readonly T[]): void {
    this.state.set(items);
    this.loadedState.set(true);
  }

  /**
   * Changed items by id, null for removed ones. Known items keep their place; new ones go first, as in the lists of
   * the API. Takes all changes in one pass: a list of a thousand changes hundreds of times a second.
   */
  apply(changes: ReadonlyMap<string, T | null>): void {
    if (changes.size === 0) return;
    this.state.update((items) => {
      const known = new Set(items.map(({ id }) => id));
      const added = [...changes].flatMap(([id, item]) => (item !== null && !known.has(id) ? [item] : [])).reverse();
      const kept = items.flatMap((item) => {
        const changed = changes.get(item.id);
        return changed === undefined ? [item] : changed === null ? [] : [changed];
      });
      return [...added, ...kept];
    });
  }

  clear(): void {
    this.state.set([]);
    this.loadedState.set(false);
  }
}
