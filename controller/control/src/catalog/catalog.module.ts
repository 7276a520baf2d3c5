import { Module } from '@nestjs/common';
import { ModelsModule } from '../models/index.js';
import { Cards } from './cards.js';
import { Catalog } from './catalog.js';
import { CatalogController } from './catalog.controller.js';
import { VariantProgress } from './variant-progress.js';

@Module({ imports: [ModelsModule], controllers: [CatalogController], providers: [Catalog, Cards, VariantProgress], exports: [Catalog, VariantProgress] })
export class CatalogModule {}
