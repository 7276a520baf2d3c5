import { Component, effect, inject, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { NavigationEnd, NavigationError, Router, RouterOutlet } from '@angular/router';
import { first } from 'rxjs';
import { Session } from './api';
import { ProductMark } from './look';

/** The root: an outlet with the mark until the first page is there (only when that takes its time), and the way out when the session ends, or a new password is due, under the user's hands. */
@Component({
  selector: 'os-root',
  imports: [ProductMark, RouterOutlet],
  template: `@if (waiting()) {<div class="first" role="status" aria-label="OpenStation" aria-busy="true"><os-product-mark [size]="48" /></div>}<router-outlet />`,
  styles: `
    .first { position: fixed; inset: 0; display: grid; place-items: center; animation: appear 400ms 500ms both; }
    @keyframes appear { from { opacity: 0; } }
  `,
})
export class App {
  private readonly session = inject(Session);
  private readonly router = inject(Router);

  protected readonly waiting = signal(true);

  constructor() {
    this.router.events.pipe(first((event) => event instanceof NavigationEnd || event instanceof NavigationError), takeUntilDestroyed()).subscribe(() => this.waiting.set(false));
    effect(() => {
      if (this.session.expired()) this.leaveFor('/sign-in');
    });
    effect(() => {
      // Before the first page there is nothing to come back to: the guards lead the way.
      if (this.session.me()?.mustChangePassword === true && this.router.navigated && !this.router.url.startsWith('/sign-in')) this.leaveFor('/change-password');
    });
  }

  private leaveFor(page: string): void {
    const returnUrl = this.router.url;
    if (!returnUrl.startsWith(page)) void this.router.navigate([page], { queryParams: { returnUrl } });
  }
}
