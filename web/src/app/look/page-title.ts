import { Service, effect, inject, signal } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { type RouterStateSnapshot, TitleStrategy } from '@angular/router';
import { TranslocoService } from '@jsverse/transloco';
import { Language } from '../i18n';

/** Window titles from the routes' translation keys: "Nodes · OpenStation". */
@Service()
export class PageTitle extends TitleStrategy {
  private readonly title = inject(Title);
  private readonly words = inject(TranslocoService);
  private readonly language = inject(Language);
  private readonly key = signal('');

  constructor() {
    super();
    effect(() => {
      const key = this.key();
      this.language.current();
      this.title.setTitle(key ? `${this.words.translate(key)} · OpenStation` : 'OpenStation');
    });
  }

  override updateTitle(snapshot: RouterStateSnapshot): void {
    this.key.set(this.buildTitle(snapshot) ?? '');
  }
}
