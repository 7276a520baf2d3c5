import { Component, effect, inject } from '@angular/core';
import { Router, RouterOutlet } from '@angular/router';
import { Session } from './api';

/** The root: only an outlet, and the way out when the session ends, or a new password is due, under the user's hands. */
@Component({ selector: 'os-root', imports: [RouterOutlet], template: `<router-outlet />` })
export class App {
  private readonly session = inject(Session);
  private readonly router = inject(Router);

  constructor() {
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
