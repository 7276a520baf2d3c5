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

  /** Known items keep their place; new ones go first, as in the lists of the API. */
  change(item: T): void {
    this.state.update((items) => {
      const at = items.findIndex(({ id }) => id === item.id);
      return at < 0 ? [item, ...items] : items.with(at, item);
    });
  }

  remove(id: string): void {
    this.state.update((items) => items.filter((item) => item.id !== id));
  }

  clear(): void {
    this.state.set([]);
    this.loadedState.set(false);
  }
}
