import { signal } from '@angular/core';
import { ApiFailure } from './api-failure';

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** A list that is fetched page by page, newest first. */
export class Paged<T> {
  readonly items = signal<readonly T[]>([]);
  readonly loaded = signal(false);
  readonly more = signal(false);
  readonly busy = signal(false);
  readonly failure = signal<ApiFailure | null>(null);
  private next: string | null = null;
  private turn = 0;

  constructor(private readonly fetch: (before: string | undefined) => Promise<Page<T>>) {}

  /** The first page anew; later ones are dropped. */
  async start(): Promise<void> {
    this.next = null;
    await this.load(false);
  }

  async older(): Promise<void> {
    if (this.next !== null) await this.load(true);
  }

  private async load(append: boolean): Promise<void> {
    const turn = (this.turn += 1);
    this.busy.set(true);
    try {
      const page = await this.fetch(this.next ?? undefined);
      if (turn !== this.turn) return;
      this.items.update((items) => (append ? [...items, ...page.items] : page.items));
      this.next = page.next;
      this.more.set(page.next !== null);
      this.loaded.set(true);
      this.failure.set(null);
    } catch (thrown) {
      if (turn === this.turn) this.failure.set(ApiFailure.from(thrown));
    } finally {
      if (turn === this.turn) this.busy.set(false);
    }
  }
}
