import type { Card } from './card.js';
import type { CatalogCardRow } from './catalog.store.js';

export interface ListedCard extends Card {
  readonly origin: 'shipped' | 'own';
  readonly edited: boolean;
  readonly hidden: boolean;
}

/** What the catalog shows: shipped cards with their edits, then own ones in the order in which they were made. */
export function listedCards(shipped: readonly Card[], rows: readonly CatalogCardRow[]): ListedCard[] {
  const touched = new Map(rows.map((row) => [row.id, row]));
  const first = shipped.map((card): ListedCard => {
    const row = touched.get(card.id);
    return { ...(row?.card ?? card), id: card.id, origin: 'shipped', edited: (row?.card ?? null) !== null, hidden: row?.hidden ?? false };
  });
  const own = rows.flatMap(({ id, origin, card, hidden }): ListedCard[] => (origin === 'own' && card ? [{ ...card, id, origin, edited: false, hidden }] : []));
  return [...first, ...own];
}
