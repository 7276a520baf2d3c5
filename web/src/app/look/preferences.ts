import { Component, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzDropdownModule } from 'ng-zorro-antd/dropdown';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { Language, languages, type Lang } from '../i18n';
import { Theme, themeChoices } from './theme';

const languageNames: Readonly<Record<Lang, string>> = { zh: '简体中文', en: 'English' };
const themeIcons = { system: 'desktop', light: 'sun', dark: 'moon' } as const;

/** Language and theme: on the top bar and on the sign-in page. */
@Component({
  selector: 'os-preferences',
  imports: [TranslocoDirective, NzDropdownModule, NzIconModule],
  template: `
    <ng-container *transloco="let t">
      <button type="button" class="bar-button" nz-dropdown [nzDropdownMenu]="languageMenu" nzTrigger="click" nzPlacement="bottomRight" [attr.aria-label]="t('shell.language')" [title]="t('shell.language')"><nz-icon nzType="translation" /></button>
      <nz-dropdown-menu #languageMenu="nzDropdownMenu">
        <ul nz-menu>@for (lang of languages; track lang) {<li nz-menu-item [nzSelected]="lang === language.current()" tabindex="0" (click)="language.use(lang)" (keydown.enter)="language.use(lang)">{{ languageNames[lang] }}</li>}</ul>
      </nz-dropdown-menu>
      <button type="button" class="bar-button" nz-dropdown [nzDropdownMenu]="themeMenu" nzTrigger="click" nzPlacement="bottomRight" [attr.aria-label]="t('shell.theme.title')" [title]="t('shell.theme.title')"><nz-icon [nzType]="theme.dark() ? 'moon' : 'sun'" /></button>
      <nz-dropdown-menu #themeMenu="nzDropdownMenu">
        <ul nz-menu>@for (choice of choices; track choice) {<li nz-menu-item [nzSelected]="choice === theme.choice()" tabindex="0" (click)="theme.use(choice)" (keydown.enter)="theme.use(choice)"><nz-icon [nzType]="themeIcons[choice]" /> {{ t('shell.theme.' + choice) }}</li>}</ul>
      </nz-dropdown-menu>
    </ng-container>
  `,
  styles: `:host { display: inline-flex; gap: 4px; }`,
})
export class Preferences {
  protected readonly language = inject(Language);
  protected readonly theme = inject(Theme);
  protected readonly languages = languages;
  protected readonly languageNames = languageNames;
  protected readonly choices = themeChoices;
  protected readonly themeIcons = themeIcons;
}
