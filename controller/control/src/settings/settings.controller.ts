import { Controller } from '@nestjs/common';
import { Caller, Endpoint, Input, type CallerIdentity, type InputOf } from '../http/index.js';
import { routes } from './settings.schema.js';
import { Settings, type SettingsView } from './settings.js';

@Controller()
export class SettingsController {
  constructor(private readonly settings: Settings) {}

  @Endpoint(routes.getSettings)
  getSettings(): SettingsView {
    return this.settings.current();
  }

  @Endpoint(routes.updateSettings)
  async updateSettings(@Caller() caller: CallerIdentity, @Input() { body }: InputOf<typeof routes.updateSettings>): Promise<SettingsView> {
    return this.settings.change(caller, body);
  }
}
