import { Controller } from '@nestjs/common';
import { Caller, Endpoint, Input, type CallerIdentity, type InputOf } from '../http/index.js';
import { engineView, engines } from './catalogue.js';
import { CustomEngines } from './custom-engines.js';
import type { EngineView } from './engine.js';
import { EngineImages, type EngineImageView } from './engine-images.js';
import { routes } from './engines.schema.js';
import type { CustomEngine } from './engines.store.js';

@Controller()
export class EnginesController {
  constructor(
    private readonly images: EngineImages,
    private readonly custom: CustomEngines,
  ) {}

  /** The shipped ones first. */
  @Endpoint(routes.listEngines)
  async listEngines(): Promise<EngineView[]> {
    const [images, custom] = await Promise.all([this.images.chosen(), this.custom.engines()]);
    return [...engines, ...custom].map((engine) => engineView(engine, images.get(engine.id)?.()));
  }

  @Endpoint(routes.listEngineImages)
  listEngineImages(): Promise<EngineImageView[]> {
    return this.images.list();
  }

  @Endpoint(routes.setEngineImage)
  setEngineImage(@Caller() caller: CallerIdentity, @Input() { params, body }: InputOf<typeof routes.setEngineImage>): Promise<EngineImageView> {
    return this.images.set(params.id, body, caller);
  }

  @Endpoint(routes.listCustomEngines)
  listCustomEngines(): Promise<CustomEngine[]> {
    return this.custom.list();
  }

  @Endpoint(routes.saveCustomEngine)
  saveCustomEngine(@Caller() caller: CallerIdentity, @Input() { params, body }: InputOf<typeof routes.saveCustomEngine>): Promise<CustomEngine> {
    return this.custom.save(params.id, body, caller);
  }

  @Endpoint(routes.deleteCustomEngine)
  async deleteCustomEngine(@Caller() caller: CallerIdentity, @Input() { params }: InputOf<typeof routes.deleteCustomEngine>): Promise<void> {
    await this.custom.delete(params.id, caller);
  }
}
