import { APP_BASE_HREF } from '@angular/common';
import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { type ApplicationConfig, inject, isDevMode, provideAppInitializer, provideBrowserGlobalErrorListeners } from '@angular/core';
import { provideRouter, TitleStrategy, withComponentInputBinding, withInMemoryScrolling } from '@angular/router';
import { provideTransloco, provideTranslocoTranspiler } from '@jsverse/transloco';
import { provideNzConfig } from 'ng-zorro-antd/core/config';
import { provideNzNativeDateAdapter } from 'ng-zorro-antd/core/time';
import { en_US, provideNzI18n } from 'ng-zorro-antd/i18n';
import { provideNzIcons } from 'ng-zorro-antd/icon';
import { NzModalService } from 'ng-zorro-antd/modal';
import { sessionExpiry } from './access';
import { routes } from './app.routes';
import { Language, languages, PluralTranspiler, RootStrings } from './i18n';
import { icons, PageTitle } from './look';

export const appConfig: ApplicationConfig = {
  providers: [
    provideBrowserGlobalErrorListeners(),
    provideRouter(routes, withComponentInputBinding(), withInMemoryScrolling({ scrollPositionRestoration: 'enabled' })),
    provideHttpClient(withInterceptors([sessionExpiry])),
    provideTransloco({
      config: { availableLangs: [...languages], defaultLang: 'en', fallbackLang: 'en', reRenderOnLangChange: true, prodMode: !isDevMode() },
      loader: RootStrings,
    }),
    provideTranslocoTranspiler(PluralTranspiler),
    provideNzIcons(icons),
    provideNzI18n(en_US),
    provideNzNativeDateAdapter(),
    provideNzConfig({ modal: { nzMaskClosable: false }, message: { nzDuration: 3000, nzMaxStack: 3 }, table: { nzSize: 'middle' } }),
    // Not a <base> element: the controller's content policy allows none.
    { provide: APP_BASE_HREF, useValue: '/' },
    NzModalService,
    { provide: TitleStrategy, useExisting: PageTitle },
    provideAppInitializer(() => {
      const language = inject(Language);
      return language.use(language.current());
    }),
  ],
};
