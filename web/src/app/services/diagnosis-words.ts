import { Service as Injectable, inject } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import type { Diagnosis } from '../api';
import { Language } from '../i18n';

/** What a diagnosis says in the console's language. In English the controller's own words are better: they hold the numbers of the log. */
@Injectable()
export class DiagnosisWords {
  private readonly translations = inject(TranslocoService);
  private readonly language = inject(Language);

  title(diagnosis: Diagnosis): string {
    return this.known(diagnosis.code, 'title') ?? diagnosis.title;
  }

  advice(diagnosis: Diagnosis): string {
    return this.known(diagnosis.code, 'advice') ?? diagnosis.advice;
  }

  private known(code: string, part: 'title' | 'advice'): string | null {
    const language = this.language.current();
    if (language === 'en') return null;
    const words: unknown = this.translations.getTranslation(language)[`services.diagnosis.${code}.${part}`];
    return typeof words === 'string' ? words : null;
  }
}
