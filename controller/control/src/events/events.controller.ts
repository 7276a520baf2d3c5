import { Controller } from '@nestjs/common';
import { Endpoint, EventStream, Stream } from '../http/index.js';
import { EventHub } from './event-hub.js';
import { routes } from './events.schema.js';

@Controller()
export class EventsController {
  constructor(private readonly hub: EventHub) {}

  @Endpoint(routes.events)
  events(@Stream() stream: EventStream): void {
    this.hub.add(stream);
  }
}
