import { Component, effect, inject } from '@angular/core';
import { Router, RouterOutlet } from '@angular/router';
import { Session } from './api';

/** The root: only an outlet, and the way back to sign-in when the session ends under the user's hands. */
@Component({ selector: 'os-root', imports: [RouterOutlet], template: `<router-outlet />` })
export class App {
  private readonly session = inject(Session);
  private readonly router = inject(Router);

  constructor() {
    effect(() => {
      if (!this.session.expired()) return;
      const returnUrl = this.router.url;
      if (!returnUrl.startsWith('/sign-in')) void this.router.navigate(['/sign-in'], { queryParams: { returnUrl } });
    });
  }
}
