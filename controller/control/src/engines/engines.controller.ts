import { Controller } from '@nestjs/common';
import { Endpoint } from '../http/index.js';
import { engineView, engines } from './catalogue.js';
import type { EngineView } from './engine.js';
import { routes } from './engines.schema.js';

@Controller()
export class EnginesController {
  @Endpoint(routes.listEngines)
  listEngines(): EngineView[] {
    return engines.map(engineView);
  }
}
