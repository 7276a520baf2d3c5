import { Component, computed, inject, input, output, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputModule } from 'ng-zorro-antd/input';
import { ApiFailure, Session } from '../api';
import { FieldError, failureWords } from '../ui-kit';
import { isAllowed, passwordRules } from './password-rules';

/** Current, new and repeated password, the rules ticked while typing. Changes it and says when done. */
@Component({
  selector: 'os-password-form',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzIconModule, NzInputModule, FieldError],
  templateUrl: './password-form.html',
  styleUrl: './password-form.scss',
})
export class PasswordForm {
  private readonly session = inject(Session);

  /** Full-width button, for the page that shows nothing else. */
  readonly block = input(false);
  readonly changed = output();

  protected readonly current = signal('');
  protected readonly next = signal('');
  protected readonly repeated = signal('');
  protected readonly revealed = signal(false);
  protected readonly tried = signal(false);
  protected readonly busy = signal(false);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly rules = computed(() => passwordRules(this.next()));
  protected readonly username = computed(() => this.session.me()?.username ?? '');
  protected readonly differs = computed(() => this.repeated() !== '' && this.repeated() !== this.next());
  protected readonly unchanged = computed(() => this.next() !== '' && this.next() === this.current());
  protected readonly currentWrong = computed(() => {
    const failure = this.failure();
    return failure !== null && (failure.field === 'current' || failure.status === 401);
  });
  /** The controller knows passwords that attackers try first. */
  protected readonly nextRefused = computed(() => this.failure()?.field === 'next');
  protected readonly otherFailure = computed(() => {
    const failure = this.failure();
    return failure && !this.currentWrong() && !this.nextRefused() ? failureWords(failure) : null;
  });

  hasUnsavedChanges(): boolean {
    return [this.current(), this.next(), this.repeated()].some((value) => value !== '') && !this.busy();
  }

  protected async change(): Promise<void> {
    this.tried.set(true);
    if (!this.current() || !isAllowed(this.next()) || this.next() !== this.repeated() || this.unchanged() || this.busy()) return;
    this.busy.set(true);
    this.failure.set(null);
    try {
      await this.session.changePassword(this.current(), this.next());
      for (const field of [this.current, this.next, this.repeated]) field.set('');
      this.tried.set(false);
      this.changed.emit();
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.busy.set(false);
    }
  }
}
