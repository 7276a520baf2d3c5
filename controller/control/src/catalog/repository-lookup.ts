import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { Hubs, wholeBody, type Hub, type HubFile } from '../hubs/index.js';
import { configFacts, type ConfigFacts } from '../models/index.js';
import type { repositoryLookupSchema, routes } from './catalog.schema.js';
import { chooseFiles } from './choose-files.js';
import { asApiError } from './hub-refusal.js';

export type RepositoryLookup = z.infer<typeof repositoryLookupSchema>;
type Wish = z.output<typeof routes.lookUpRepository.body>;

const ASKING_MS = 60_000;
const MAX_CONFIG = 2 ** 20;
/** A repository may list more files than anybody reads. */
const SHOWN = 2_000;
const NOTHING: ConfigFacts = { parameterCount: null, dataType: null, contextLength: null };

/** What a repository of a hub holds. Fetches the list of files and config.json, nothing else. */
@Injectable()
export class LookedUpRepositories {
  constructor(private readonly hubs: Hubs) {}

  /** @throws ApiError naming the field that is wrong, or saying that the hub cannot be asked now */
  async lookUp({ hub: name, repository, revision: wanted, include, exclude }: Wish): Promise<RepositoryLookup> {
    const hub = this.hubs.of(name);
    const signal = AbortSignal.timeout(ASKING_MS);
    try {
      const { revision, licence, gated } = await hub.resolve(repository, wanted, signal);
      const files = await hub.list(repository, revision, signal);
      const { format, selected } = chooseFiles(files, { include, exclude });
      const facts = format === 'safetensors' ? await this.#facts(hub, repository, revision, files, signal) : NOTHING;
      const shown = [...files].sort((a, b) => Number(selected.has(b.path)) - Number(selected.has(a.path))).slice(0, SHOWN);
      return {
        hub: name, repository, revision, licence, gated, format, ...facts,
        files: shown.map(({ path, bytes }) => ({ path, bytes, selected: selected.has(path) })),
        selectedBytes: files.filter(({ path }) => selected.has(path)).reduce((sum, { bytes }) => sum + bytes, 0),
      };
    } catch (error) {
      throw asApiError(error);
    }
  }

  /** A configuration that cannot be read is no reason to show no files. */
  async #facts(hub: Hub, repository: string, revision: string, files: readonly HubFile[], signal: AbortSignal): Promise<ConfigFacts> {
    const config = files.find(({ path }) => path === 'config.json');
    if (!config || config.bytes === 0 || config.bytes > MAX_CONFIG) return NOTHING;
    const { body } = await hub.open({ repository, revision, path: config.path, bytes: config.bytes, from: 0, to: config.bytes - 1, etag: null }, signal);
    const content = await wholeBody(body, config.bytes);
    return (content && configFacts(content)) ?? NOTHING;
  }
}
