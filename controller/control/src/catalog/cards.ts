import { Injectable } from '@nestjs/common';
import { Audit, type Actor } from '../audit/index.js';
import { Clock } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';
import { ApiError } from '../http/index.js';
import { Store, isUniqueViolation, newId, type Tx } from '../store/index.js';
import type { CardInput, Variant } from './card.js';
import { Catalog } from './catalog.js';
import { CatalogCardRow } from './catalog.store.js';
import { checkCard } from './check-card.js';
import type { ListedCard } from './listed-cards.js';

/** What people do to cards. Shipped ones are never lost: an edit lies beside the original and can be taken back. */
@Injectable()
export class Cards {
  constructor(
    private readonly store: Store,
    private readonly catalog: Catalog,
    private readonly audit: Audit,
    private readonly clock: Clock,
    private readonly feed: ChangeFeed,
  ) {}

  /** @returns the new card's id. @throws ApiError naming the field */
  async create(input: CardInput, actor: Actor): Promise<string> {
    const id = newId();
    await this.#write(id, input, actor, 'catalog.create', async (tx) => {
      await tx.manager.insert(CatalogCardRow, { id, origin: 'own', ...written(id, input, []), hidden: false, createdAt: this.clock.now() });
    });
    return id;
  }

  /** @throws ApiError naming the field */
  async update(id: string, input: CardInput, actor: Actor): Promise<void> {
    await this.#write(id, input, actor, 'catalog.update', async (tx) => {
      const { origin, variants, hidden } = await this.#existing(tx, id);
      await this.#put(tx, id, { origin, hidden, ...written(id, input, variants) });
    });
  }

  async hide(id: string, hidden: boolean, actor: Actor): Promise<void> {
    await this.store.transaction(async (tx) => {
      const { name, origin } = await this.#existing(tx, id);
      await this.audit.record(tx, actor, hidden ? 'catalog.hide' : 'catalog.show', { type: 'card', id, name });
      await this.#put(tx, id, { origin, hidden });
      this.#changed(tx, id);
    });
  }

  /** Deletes an own card, or takes back the edits of a shipped one. @throws ApiError when a shipped one has no edits */
  async delete(id: string, actor: Actor): Promise<void> {
    await this.store.transaction(async (tx) => {
      const { name, origin, edited } = await this.#existing(tx, id);
      if (origin === 'shipped' && !edited) throw new ApiError('conflict', `${name} comes with the product and was not edited: hide it instead`);
      await this.audit.record(tx, actor, origin === 'own' ? 'catalog.delete' : 'catalog.revert', { type: 'card', id, name });
      if (origin === 'own') await tx.manager.delete(CatalogCardRow, { id });
      else await tx.manager.update(CatalogCardRow, { id }, { card: null, nameKey: null });
      if (origin === 'own') tx.afterCommit(() => this.feed.publish({ topic: 'catalog', id, kind: 'removed' }));
      else this.#changed(tx, id);
    });
  }

  async #write(id: string, input: CardInput, actor: Actor, verb: string, work: (tx: Tx) => Promise<void>): Promise<void> {
    try {
      await this.store.transaction(async (tx) => {
        // The record locks the head of the audit chain, so two cards cannot take the same name at once.
        await this.audit.record(tx, actor, verb, { type: 'card', id, name: input.name }, { variants: input.variants.map(({ name }) => name) });
        checkCard(input, id, await this.catalog.cards(tx.manager));
        await work(tx);
        this.#changed(tx, id);
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw new ApiError('conflict', `name: a card named ${input.name} is there already`, { field: 'name' });
      throw error;
    }
  }

  async #put(tx: Tx, id: string, change: Partial<CatalogCardRow> & Pick<CatalogCardRow, 'origin' | 'hidden'>): Promise<void> {
    const { affected } = await tx.manager.update(CatalogCardRow, { id }, change);
    if (affected === 0) await tx.manager.insert(CatalogCardRow, { id, nameKey: null, card: null, createdAt: this.clock.now(), ...change });
  }

  async #existing(tx: Tx, id: string): Promise<ListedCard> {
    const card = (await this.catalog.cards(tx.manager)).find((one) => one.id === id);
    if (!card) throw new ApiError('not-found', 'no card has this id');
    return card;
  }

  #changed(tx: Tx, id: string): void {
    tx.afterCommit(() => this.feed.publish({ topic: 'catalog', id, kind: 'changed' }));
  }
}

function written(id: string, { variants, ...card }: CardInput, before: readonly Variant[]): Pick<CatalogCardRow, 'nameKey' | 'card'> {
  return { nameKey: card.name.toLowerCase(), card: { ...card, variants: withIds(id, variants, before) } };
}

/** A variant keeps its id through edits, because downloaded models name it. New ones get one from their label. */
function withIds(cardId: string, variants: CardInput['variants'], before: readonly Variant[]): Variant[] {
  const known = new Set(before.map(({ id }) => id));
  const kept = new Set(variants.flatMap(({ id }) => (id !== undefined && known.has(id) ? [id] : [])));
  const taken = new Set([...known, ...kept]);
  const given = new Set<string>();
  return variants.map((variant) => {
    const own = variant.id !== undefined && kept.has(variant.id) && !given.has(variant.id) ? variant.id : fresh(cardId, variant.label, taken);
    given.add(own);
    taken.add(own);
    return { ...variant, id: own };
  });
}

function fresh(cardId: string, label: string, taken: ReadonlySet<string>): string {
  const slug = label.toLowerCase().replace(/[^a-z0-9.]+/g, '-').replace(/^[^a-z0-9]+|-+$/g, '') || 'variant';
  for (let number = 1; ; number += 1) {
    const id = `${cardId}/${slug}${number === 1 ? '' : `-${number}`}`;
    if (!taken.has(id)) return id;
  }
}
