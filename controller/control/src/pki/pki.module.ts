import { Global, Module } from '@nestjs/common';
import { Store } from '../store/index.js';
import { MemberIdentities } from './member-identities.js';
import { Revocations } from './revocations.js';

/** `Authority` itself is opened before Nest, because the console's certificate comes from it. */
@Global()
@Module({ providers: [MemberIdentities, { provide: Revocations, useFactory: (store: Store) => Revocations.load(store), inject: [Store] }], exports: [MemberIdentities, Revocations] })
export class PkiModule {}
