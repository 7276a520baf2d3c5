import { Service, inject, signal } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { en_US, NzI18nService, zh_CN } from 'ng-zorro-antd/i18n';
import { firstValueFrom } from 'rxjs';
import { type StringsLoader, stringScopes } from './strings';

export const languages = ['zh', 'en'] as const;
export type Lang = (typeof languages)[number];

const storageKey = 'openstation.language';

/** The language in use; remembered in this browser, at first taken from the browser's own list. */
@Service()
export class Language {
  private readonly transloco = inject(TranslocoService);
  private readonly widgets = inject(NzI18nService);
  private readonly state = signal<Lang>(preferredLanguage());

  readonly current = this.state.asReadonly();

  /** Switches after all strings in use have arrived, so that no key is ever shown. */
  async use(language: Lang): Promise<void> {
    const scopes = [...stringScopes].map(([scope, loader]) => this.loadScope(scope, loader, language));
    await Promise.all([firstValueFrom(this.transloco.load(language)), ...scopes]);
    this.transloco.setActiveLang(language);
    this.widgets.setLocale(language === 'zh' ? zh_CN : en_US);
    this.state.set(language);
    localStorage.setItem(storageKey, language);
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }

  async loadScope(scope: string, loader: StringsLoader, language: Lang = this.current()): Promise<void> {
    const path = `${scope}/${language}`;
    await firstValueFrom(this.transloco.load(path, { inlineLoader: { [path]: loader[language] } }));
  }
}

function preferredLanguage(): Lang {
  const stored = localStorage.getItem(storageKey);
  if (stored === 'zh' || stored === 'en') return stored;
  return navigator.languages.some((tag) => tag.toLowerCase().startsWith('zh')) ? 'zh' : 'en';
}
