import { Module } from '@nestjs/common';
import { Hubs } from './hubs.js';

@Module({ providers: [Hubs], exports: [Hubs] })
export class HubsModule {}
