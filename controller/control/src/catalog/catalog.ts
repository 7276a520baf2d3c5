import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import type { EntityManager } from 'typeorm';
import { LOGGER } from '../config/index.js';
import { ChangeFeed, Views } from '../events/index.js';
import { ModelRepository } from '../models/index.js';
import { Store } from '../store/index.js';
import type { FamilyView, Variant } from './card.js';
import { CatalogCardRow } from './catalog.store.js';
import { familyView } from './family-view.js';
import { listedCards, type ListedCard } from './listed-cards.js';
import { shippedCards } from './shipped-cards.js';
import { VariantProgress } from './variant-progress.js';

/** The catalog as people and downloads see it: cards, and how far each variant is here. */
@Injectable()
export class Catalog implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  readonly #familyOfModel = new Map<string, string>();
  #unsubscribe: () => void = () => undefined;

  constructor(
    private readonly store: Store,
    private readonly models: ModelRepository,
    private readonly progress: VariantProgress,
    private readonly feed: ChangeFeed,
    private readonly views: Views,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.views.register('catalog', (id) => this.family(id));
  }

  /** A model that comes, goes or fails changes its card. */
  async onApplicationBootstrap(): Promise<void> {
    for (const { id, variantId } of await this.models.list()) if (variantId !== null) this.#familyOfModel.set(id, variantId.split('/')[0] ?? '');
    this.#unsubscribe = this.feed.subscribe(({ topic, id }) => {
      if (topic !== 'models') return;
      this.#tell(id).catch((error: unknown) => this.logger.error({ err: error, modelId: id }, 'a change of a model could not be shown on its card'));
    });
  }

  onModuleDestroy(): void {
    this.#unsubscribe();
  }

  async families({ hidden }: { hidden: boolean }): Promise<FamilyView[]> {
    const [cards, models, downloads] = await Promise.all([this.cards(), this.models.list(), this.progress.all()]);
    return cards.filter((card) => hidden || !card.hidden).map((card) => familyView(card, models, downloads));
  }

  async family(id: string): Promise<FamilyView | undefined> {
    return (await this.families({ hidden: true })).find((family) => family.id === id);
  }

  /** A variant by its id, with the card it is on; hidden ones, too. */
  async variant(id: string): Promise<{ readonly card: ListedCard; readonly variant: Variant } | undefined> {
    for (const card of await this.cards()) {
      const variant = card.variants.find((one) => one.id === id);
      if (variant) return { card, variant };
    }
    return undefined;
  }

  async cards(manager: EntityManager = this.store.manager): Promise<ListedCard[]> {
    return listedCards(shippedCards, await manager.find(CatalogCardRow, { order: { createdAt: 'ASC', id: 'ASC' } }));
  }

  /** A removed model has no row that could name its card, so the card is kept in mind. */
  async #tell(modelId: string): Promise<void> {
    const variantId = (await this.models.get(modelId))?.variantId ?? undefined;
    const family = variantId?.split('/')[0] ?? this.#familyOfModel.get(modelId);
    if (family === undefined) return;
    if (variantId === undefined) this.#familyOfModel.delete(modelId);
    else this.#familyOfModel.set(modelId, family);
    this.feed.publish({ topic: 'catalog', id: family, kind: 'changed' });
  }
}
