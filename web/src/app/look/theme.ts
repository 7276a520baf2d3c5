import { DestroyRef, Service, computed, inject, signal } from '@angular/core';

export const themeChoices = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof themeChoices)[number];

const storageKey = 'openstation.theme';

/** Light, dark or as the system has it; remembered in this browser. The colours themselves are in `theme/tokens.less`. */
@Service()
export class Theme {
  private readonly system = window.matchMedia('(prefers-color-scheme: dark)');
  private readonly systemIsDark = signal(this.system.matches);
  private readonly state = signal<ThemeChoice>(storedChoice());

  readonly choice = this.state.asReadonly();
  readonly dark = computed(() => (this.state() === 'system' ? this.systemIsDark() : this.state() === 'dark'));

  constructor() {
    const follow = (event: MediaQueryListEvent) => this.systemIsDark.set(event.matches);
    this.system.addEventListener('change', follow);
    inject(DestroyRef).onDestroy(() => this.system.removeEventListener('change', follow));
  }

  use(choice: ThemeChoice): void {
    this.state.set(choice);
    if (choice === 'system') {
      localStorage.removeItem(storageKey);
      delete document.documentElement.dataset['theme'];
    } else {
      localStorage.setItem(storageKey, choice);
      document.documentElement.dataset['theme'] = choice;
    }
  }
}

function storedChoice(): ThemeChoice {
  const stored = localStorage.getItem(storageKey);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}
