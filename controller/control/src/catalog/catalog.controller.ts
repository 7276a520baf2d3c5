import { Controller } from '@nestjs/common';
import { ApiError, Caller, Endpoint, Input, type CallerIdentity, type InputOf } from '../http/index.js';
import type { FamilyView } from './card.js';
import { Cards } from './cards.js';
import { Catalog } from './catalog.js';
import { routes } from './catalog.schema.js';
import { LookedUpRepositories, type RepositoryLookup } from './repository-lookup.js';

@Controller()
export class CatalogController {
  constructor(
    private readonly catalog: Catalog,
    private readonly cards: Cards,
    private readonly repositories: LookedUpRepositories,
  ) {}

  @Endpoint(routes.listFamilies)
  listFamilies(@Input() { query }: InputOf<typeof routes.listFamilies>): Promise<FamilyView[]> {
    return this.catalog.families(query);
  }

  @Endpoint(routes.createCard)
  async createCard(@Input() { body }: InputOf<typeof routes.createCard>, @Caller() caller: CallerIdentity): Promise<FamilyView> {
    return this.#existing(await this.cards.create(body, caller));
  }

  @Endpoint(routes.updateCard)
  async updateCard(@Input() { params, body }: InputOf<typeof routes.updateCard>, @Caller() caller: CallerIdentity): Promise<FamilyView> {
    await this.cards.update(params.id, body, caller);
    return this.#existing(params.id);
  }

  @Endpoint(routes.hideCard)
  async hideCard(@Input() { params, body }: InputOf<typeof routes.hideCard>, @Caller() caller: CallerIdentity): Promise<FamilyView> {
    await this.cards.hide(params.id, body.hidden, caller);
    return this.#existing(params.id);
  }

  @Endpoint(routes.deleteCard)
  deleteCard(@Input() { params }: InputOf<typeof routes.deleteCard>, @Caller() caller: CallerIdentity): Promise<void> {
    return this.cards.delete(params.id, caller);
  }

  @Endpoint(routes.lookUpRepository)
  lookUpRepository(@Input() { body }: InputOf<typeof routes.lookUpRepository>): Promise<RepositoryLookup> {
    return this.repositories.lookUp(body);
  }

  async #existing(id: string): Promise<FamilyView> {
    const family = await this.catalog.family(id);
    if (!family) throw new ApiError('not-found', 'no card has this id');
    return family;
  }
}
