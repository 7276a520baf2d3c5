import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module.js';
import { EventHub } from './event-hub.js';
import { EventsController } from './events.controller.js';

@Module({ imports: [UsersModule], controllers: [EventsController], providers: [EventHub] })
export class EventsModule {}
