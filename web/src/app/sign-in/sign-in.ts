import { Component, ElementRef, afterNextRender, inject, input, signal, viewChild } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputModule } from 'ng-zorro-antd/input';
import { ApiFailure, Session } from '../api';
import { Preferences, ProductMark } from '../look';
import { refusalKey } from './refusal';
import { firstPage, safeReturnUrl } from '../access';

/** The door: user name, password, and words that say what to do when it stays shut. */
@Component({
  selector: 'os-sign-in',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzIconModule, NzInputModule, Preferences, ProductMark],
  templateUrl: './sign-in.html',
  styleUrl: './sign-in.scss',
})
export class SignIn {
  private readonly router = inject(Router);
  protected readonly session = inject(Session);
  private readonly usernameField = viewChild<ElementRef<HTMLInputElement>>('usernameField');
  private readonly passwordField = viewChild<ElementRef<HTMLInputElement>>('passwordField');

  /** Query parameter: where to go afterwards. */
  readonly returnUrl = input<string>();

  protected readonly username = signal('');
  protected readonly password = signal('');
  protected readonly revealed = signal(false);
  protected readonly busy = signal(false);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly tried = signal(false);
  protected readonly refusalKey = refusalKey;

  constructor() {
    afterNextRender(() => this.usernameField()?.nativeElement.focus());
  }

  protected async signIn(): Promise<void> {
    this.tried.set(true);
    if (!this.username().trim() || !this.password() || this.busy()) return;
    this.busy.set(true);
    this.failure.set(null);
    try {
      const me = await this.session.signIn(this.username().trim(), this.password());
      const wanted = safeReturnUrl(this.returnUrl());
      await this.router.navigateByUrl(me.mustChangePassword ? '/change-password' : wanted === '/' ? firstPage(this.session) : wanted);
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
      this.password.set('');
      this.tried.set(false);
      this.passwordField()?.nativeElement.focus();
    } finally {
      this.busy.set(false);
    }
  }
}
