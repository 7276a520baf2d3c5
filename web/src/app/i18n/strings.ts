import { inject } from '@angular/core';
import type { Route } from '@angular/router';
import { provideTranslocoScope, type Translation } from '@jsverse/transloco';
import { Language } from './language';

export type StringsLoader = Readonly<Record<'zh' | 'en', () => Promise<Translation | { default: Translation }>>>;

/** Scopes that were opened so far; a language switch loads each of them. */
export const stringScopes = new Map<string, StringsLoader>();

/**
 * Strings of a feature, loaded with its route and before its first screen shows. Spread into the route that
 * holds the feature's children; keys are then `<scope>.<key>` in the transloco pipe, directive and service.
 */
export function withStrings(scope: string, loader: StringsLoader): Pick<Route, 'providers' | 'resolve'> {
  return {
    providers: [provideTranslocoScope({ scope, loader: { zh: loader.zh, en: loader.en } })],
    resolve: {
      [`${scope}Strings`]: async () => {
        stringScopes.set(scope, loader);
        await inject(Language).loadScope(scope, loader);
        return true;
      },
    },
  };
}
