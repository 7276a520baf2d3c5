import type { Translation, TranslocoLoader } from '@jsverse/transloco';

/** Strings that every screen needs: the frame, the ui-kit and the controller's own words, one lazy chunk a language. */
export class RootStrings implements TranslocoLoader {
  async getTranslation(language: string): Promise<Translation> {
    const parts =
      language === 'zh'
        ? Promise.all([import('../ui-kit/i18n/zh.json'), import('../shell/i18n/zh.json'), import('../wording/i18n/zh.json')])
        : Promise.all([import('../ui-kit/i18n/en.json'), import('../shell/i18n/en.json'), import('../wording/i18n/en.json')]);
    const [kit, shell, wording] = await parts;
    return { kit: kit.default, shell: shell.default, wording: wording.default };
  }
}
