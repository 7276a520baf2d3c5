import { Service, inject, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { NavigationEnd, NavigationError, Router } from '@angular/router';

/** A page that did not open because its part of the console did not arrive, as while the controller is away. */
@Service()
export class LostPage {
  private readonly router = inject(Router);
  private readonly state = signal<{ readonly url: string; readonly at: Date } | null>(null);

  /** Null once any page opened again. */
  readonly lost = this.state.asReadonly();

  constructor() {
    this.router.events.pipe(takeUntilDestroyed()).subscribe((event) => {
      if (event instanceof NavigationError) this.state.set({ url: event.url, at: new Date() });
      if (event instanceof NavigationEnd) this.state.set(null);
    });
  }

  async retry(): Promise<void> {
    const url = this.state()?.url;
    if (url === undefined) return;
    try {
      await this.router.navigateByUrl(url);
    } catch {
      // The router tells of it once more, and the panel stays.
    }
  }
}
