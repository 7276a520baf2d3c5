import { Global, Module } from '@nestjs/common';
import { Store } from '../store/index.js';
import { Revocations } from './revocations.js';

/** `Authority` itself is opened before Nest, because the console's certificate comes from it. */
@Global()
@Module({ providers: [{ provide: Revocations, useFactory: (store: Store) => Revocations.load(store), inject: [Store] }], exports: [Revocations] })
export class PkiModule {}
