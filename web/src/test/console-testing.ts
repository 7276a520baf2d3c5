import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { provideHttpClientTesting } from '@angular/common/http/testing';
import { type EnvironmentProviders, importProvidersFrom, type Provider } from '@angular/core';
import { provideRouter } from '@angular/router';
import { TranslocoTestingModule, provideTranslocoTranspiler } from '@jsverse/transloco';
import { provideNzIconsTesting } from 'ng-zorro-antd/icon/testing';
import { NzModalService } from 'ng-zorro-antd/modal';
import { sessionExpiry } from '../app/access';
import { openEventStream } from '../app/api';
import { PluralTranspiler } from '../app/i18n';
import kit from '../app/ui-kit/i18n/en.json';
import shell from '../app/shell/i18n/en.json';
import wording from '../app/wording/i18n/en.json';
import { FakeEventStreams } from './fake-event-stream';

/** What components of the console need around them in tests: English words, no network, event streams by hand. */
export function consoleTesting(strings: Record<string, object> = {}, streams = new FakeEventStreams()): (Provider | EnvironmentProviders)[] {
  return [
    provideHttpClient(withInterceptors([sessionExpiry])),
    provideHttpClientTesting(),
    provideRouter([]),
    provideNzIconsTesting(),
    NzModalService,
    importProvidersFrom(
      TranslocoTestingModule.forRoot({ langs: { en: { kit, shell, wording, ...strings }, zh: {} }, preloadLangs: true, translocoConfig: { availableLangs: ['en', 'zh'], defaultLang: 'en' } }),
    ),
    provideTranslocoTranspiler(PluralTranspiler),
    { provide: openEventStream, useValue: streams.open },
  ];
}
