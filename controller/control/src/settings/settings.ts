import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { z } from 'zod';
import { Audit, type Actor } from '../audit/index.js';
import { ChangeFeed, Views } from '../events/index.js';
import { Store } from '../store/index.js';
import type { settingsSchema } from './settings.schema.js';
import { SettingsRow } from './settings.store.js';

export type SettingsView = z.infer<typeof settingsSchema>;
export type SettingsChange = { readonly [K in keyof SettingsView]?: SettingsView[K] | undefined };

/** Settings in memory, written through to their row. This process is their only writer. */
@Injectable()
export class Settings implements OnModuleInit {
  #current: SettingsView = { publicHost: null, sessionIdleMinutes: 30, callRetentionDays: 90 };

  constructor(
    private readonly store: Store,
    private readonly audit: Audit,
    private readonly feed: ChangeFeed,
    views: Views,
  ) {
    views.register('settings', () => Promise.resolve(this.current()));
  }

  async onModuleInit(): Promise<void> {
    this.#current = viewOf(await this.store.manager.findOneByOrFail(SettingsRow, { id: 1 }));
  }

  current(): SettingsView {
    return this.#current;
  }

  async change(actor: Actor, wish: SettingsChange): Promise<SettingsView> {
    const changes = Object.fromEntries(Object.entries(wish).filter(([key, value]) => value !== undefined && value !== this.#current[key as keyof SettingsView]));
    if (Object.keys(changes).length === 0) return this.#current;
    return this.store.transaction(async (tx) => {
      await tx.manager.update(SettingsRow, { id: 1 }, changes);
      const next = viewOf(await tx.manager.findOneByOrFail(SettingsRow, { id: 1 }));
      await this.audit.record(tx, actor, 'settings.change', { type: 'settings', id: 'settings', name: 'settings' }, changes);
      tx.afterCommit(() => {
        this.#current = next;
        this.feed.publish({ topic: 'settings', id: 'settings', kind: 'changed' });
      });
      return next;
    });
  }
}

function viewOf({ publicHost, sessionIdleMinutes, callRetentionDays }: SettingsRow): SettingsView {
  return { publicHost, sessionIdleMinutes, callRetentionDays };
}
