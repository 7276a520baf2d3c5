import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { z } from 'zod';
import { Audit, type Actor } from '../audit/index.js';
import { ChangeFeed } from '../events/index.js';
import { ApiError } from '../http/index.js';
import { Hubs, type HubName } from '../hubs/index.js';
import { Secret, SecretBox } from '../secrets/index.js';
import { Store } from '../store/index.js';
import type { hubSettingsSchema } from './downloads.schema.js';
import { HubSettingsRow } from './downloads.store.js';

export type HubSettingsView = z.infer<typeof hubSettingsSchema>;
type TokenField = 'modelscopeToken' | 'huggingfaceToken';
type AddressField = 'modelscopeAddress' | 'huggingfaceAddress';

export type HubSettingsChange = {
  readonly [K in Exclude<keyof HubSettingsView, 'modelscopeTokenSet' | 'huggingfaceTokenSet'>]?: HubSettingsView[K] | undefined;
} & { readonly [K in TokenField]?: string | null | undefined };

const HUBS: readonly HubName[] = ['modelscope', 'huggingface'];

/** Where models come from, in memory and in one row. Tokens are sealed in the row and leave this class only for their hub. */
@Injectable()
export class HubSettings implements OnModuleInit {
  #row: HubSettingsRow | undefined;

  constructor(
    private readonly store: Store,
    private readonly box: SecretBox,
    private readonly audit: Audit,
    private readonly feed: ChangeFeed,
    private readonly hubs: Hubs,
  ) {}

  async onModuleInit(): Promise<void> {
    this.#row = await this.store.manager.findOneByOrFail(HubSettingsRow, { id: 1 });
    this.hubs.provide((name) => ({ base: new URL(this.#current[`${name}Address`]), token: this.#token(name) }));
  }

  get activeDownloads(): number {
    return this.#current.activeDownloads;
  }

  get downloadBytesPerSecond(): number | null {
    return this.#current.downloadBytesPerSecond;
  }

  get distributionBytesPerSecond(): number | null {
    return this.#current.distributionBytesPerSecond;
  }

  get primaryHub(): HubName {
    return this.#current.primaryHub;
  }

  view(): HubSettingsView {
    const { id: _id, modelscopeToken, huggingfaceToken, ...plain } = this.#current;
    return { ...plain, modelscopeTokenSet: modelscopeToken !== null, huggingfaceTokenSet: huggingfaceToken !== null };
  }

  /** A hub at another origin starts without a token: the stored one was meant for the old place. */
  async change(actor: Actor, wish: HubSettingsChange): Promise<HubSettingsView> {
    const before = this.#current;
    const { modelscopeToken: _m, huggingfaceToken: _h, ...plain } = wish;
    const changes: Record<string, unknown> = Object.fromEntries(Object.entries(plain).filter(([key, value]) => value !== undefined && value !== before[key as keyof HubSettingsRow]));
    const told = { ...changes };
    for (const hub of HUBS) {
      const token = wish[`${hub}Token`];
      const address = checkedAddress(`${hub}Address`, wish[`${hub}Address`]);
      const moved = address !== undefined && address.origin !== new URL(before[`${hub}Address`]).origin;
      const field: TokenField = `${hub}Token`;
      if (typeof token === 'string') changes[field] = this.box.seal(contextOf(field), Buffer.from(token));
      else if (before[field] !== null && (token === null || moved)) changes[field] = null;
      if (field in changes) told[field] = changes[field] === null ? 'removed' : 'set';
    }
    if (Object.keys(changes).length === 0) return this.view();
    await this.store.transaction(async (tx) => {
      await tx.manager.update(HubSettingsRow, { id: 1 }, changes);
      const next = await tx.manager.findOneByOrFail(HubSettingsRow, { id: 1 });
      await this.audit.record(tx, actor, 'hub-settings.change', { type: 'settings', id: 'hubs', name: 'hub settings' }, told);
      tx.afterCommit(() => {
        this.#row = next;
        this.feed.publish({ topic: 'settings', id: 'hubs', kind: 'changed' });
      });
    });
    return this.view();
  }

  get #current(): HubSettingsRow {
    if (!this.#row) throw new Error('the hub settings were asked for before they were read');
    return this.#row;
  }

  #token(hub: HubName): Secret | null {
    const field: TokenField = `${hub}Token`;
    const sealed = this.#current[field];
    return sealed === null ? null : new Secret(this.box.open(contextOf(field), sealed).toString('utf8'));
  }
}

function checkedAddress(field: AddressField, text: string | undefined): URL | undefined {
  if (text === undefined) return undefined;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') throw new ApiError('bad-request', `${field}: must not hold a password; store a token instead`, { field });
  if (url.search !== '' || url.hash !== '') throw new ApiError('bad-request', `${field}: must end with the path, without ? and #`, { field });
  return url;
}

function contextOf(field: TokenField): string {
  return `hub_settings|${field}|1`;
}
