import { Component, computed, inject, input, linkedSignal, output, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NzMessageService } from 'ng-zorro-antd/message';
import { NzModalModule } from 'ng-zorro-antd/modal';
import { NzRadioModule } from 'ng-zorro-antd/radio';
import { Api, ApiFailure, type Role, type User } from '../api';
import { FieldError, ReturnFocus, failureWords } from '../ui-kit';
import { NewUserSecrets } from './new-user-secrets';
import { emailProblem, usernameProblem } from './user-rules';
import { UserStore } from './user-store';

const roles: readonly Role[] = ['user', 'operator', 'auditor', 'admin'];

/** Creates a user, then shows the password once; or edits e-mail and role of one. */
@Component({
  selector: 'os-user-form',
  hostDirectives: [ReturnFocus],
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzInputModule, NzModalModule, NzRadioModule, FieldError, NewUserSecrets],
  templateUrl: './user-form.html',
  styles: `
    .roles { display: grid; gap: 8px; }
    .roles label { display: flex; align-items: flex-start; white-space: normal; margin: 0; }
    .roles small { display: block; font-size: 12px; line-height: 18px; color: var(--os-text-2); }
    footer { display: flex; justify-content: flex-end; gap: 8px; margin-top: 24px; }
  `,
})
export class UserForm {
  private readonly api = inject(Api);
  private readonly store = inject(UserStore);
  private readonly message = inject(NzMessageService);
  private readonly transloco = inject(TranslocoService);

  /** Absent: create. */
  readonly user = input<User | null>(null);
  readonly saved = output();
  readonly closed = output();

  protected readonly roles = roles;
  protected readonly username = signal('');
  protected readonly email = linkedSignal(() => this.user()?.email ?? '');
  protected readonly role = linkedSignal<Role>(() => this.user()?.role ?? 'user');
  protected readonly tried = signal(false);
  protected readonly sending = signal(false);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly created = signal<{ readonly user: User; readonly password: string } | null>(null);

  protected readonly usernameProblem = computed(() => {
    if (this.user()) return null;
    const problem = usernameProblem(this.username(), new Set((this.store.users() ?? []).map((user) => user.username.toLowerCase())));
    return problem === 'required' && !this.tried() ? null : problem;
  });
  protected readonly emailProblem = computed(() => (this.tried() ? emailProblem(this.email()) : null));
  protected readonly general = computed(() => {
    const failure = this.failure();
    return failure === null || ['username', 'email', 'role'].includes(failure.field ?? '') ? null : failureWords(failure);
  });

  protected refusal(field: string): string {
    const failure = this.failure();
    return failure?.field === field ? failure.message : '';
  }

  protected async submit(): Promise<void> {
    this.tried.set(true);
    if (this.usernameProblem() !== null || this.emailProblem() !== null || this.sending()) return;
    this.sending.set(true);
    this.failure.set(null);
    try {
      const edited = this.user();
      if (edited) await this.save(edited);
      else await this.create();
      this.saved.emit();
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.sending.set(false);
    }
  }

  private async create(): Promise<void> {
    this.created.set(await this.api.post('/users', { body: { username: this.username().trim(), email: this.email().trim() || null, role: this.role() } }));
  }

  private async save(user: User): Promise<void> {
    await this.api.patch('/users/{id}', { params: { id: user.id }, body: { email: this.email().trim() || null, role: this.role() } });
    this.message.success(this.transloco.translate('users.form.saved'));
    this.closed.emit();
  }
}
