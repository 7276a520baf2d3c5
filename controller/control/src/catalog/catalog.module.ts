import { Module } from '@nestjs/common';
import { HubsModule } from '../hubs/hubs.module.js';
import { ModelsModule } from '../models/index.js';
import { Cards } from './cards.js';
import { Catalog } from './catalog.js';
import { CatalogController } from './catalog.controller.js';
import { LookedUpRepositories } from './repository-lookup.js';
import { VariantProgress } from './variant-progress.js';

@Module({ imports: [ModelsModule, HubsModule], controllers: [CatalogController], providers: [Catalog, Cards, VariantProgress, LookedUpRepositories], exports: [Catalog, VariantProgress] })
export class CatalogModule {}
