import { Component, computed, inject, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { FormsModule } from '@angular/forms';
import { ActivatedRoute, Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzDropdownModule } from 'ng-zorro-antd/dropdown';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NzMenuModule } from 'ng-zorro-antd/menu';
import { NzTableModule } from 'ng-zorro-antd/table';
import { NzTooltipModule } from 'ng-zorro-antd/tooltip';
import { Session, type User } from '../api';
import { focusFirstItem, pressItem } from '../services';
import { EmptyState, ErrorState, NumberPipe, PageHeader, RelativeTime, Skeleton, StateTag } from '../ui-kit';
import { NewPassword } from './new-password';
import { UserActions } from './user-actions';
import { UserForm } from './user-form';
import { UserKeys } from './user-keys';
import { actionsFor, inTableOrder, matchesUser } from './user-rules';
import { UserStore } from './user-store';

/** The people who may use the cluster, and what may be done with each. */
@Component({
  selector: 'os-user-list',
  imports: [
    FormsModule, TranslocoDirective, NzButtonModule, NzDropdownModule, NzIconModule, NzInputModule, NzMenuModule, NzTableModule, NzTooltipModule,
    EmptyState, ErrorState, NewPassword, NumberPipe, PageHeader, RelativeTime, Skeleton, StateTag, UserForm, UserKeys,
  ],
  providers: [UserStore, UserActions],
  templateUrl: './user-list.html',
  styles: `
    .search { width: 280px; }
    .who { display: flex; align-items: center; gap: 8px; min-width: 0; max-width: 220px; }
    .who strong { font-weight: 500; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .mark { flex: none; padding: 0 6px; border-radius: 4px; font-size: 12px; line-height: 18px; background: var(--os-idle-soft); color: var(--os-text-2); }
    .email { max-width: 180px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .wide { display: block; overflow-x: auto; }
    .actions { position: sticky; right: 0; background: var(--os-surface); white-space: nowrap; }
    th.actions { background: var(--os-table-head); }
    @media (max-width: 720px) { .actions { position: static; } :host ::ng-deep .wide table { min-width: 860px; } }
    .keys { border: 0; background: none; padding: 0; color: var(--os-brand-text); cursor: pointer; font: inherit; font-variant-numeric: tabular-nums; }
    .keys:hover { text-decoration: underline; }
    td.actions .row-actions { display: flex; margin-right: -8px; justify-content: flex-end; }
    @media (max-width: 1180px) {
      .created { display: none; }
      .who, .email { max-width: 168px; }
    }
    os-error { margin-bottom: 16px; }
    .note { margin-bottom: 16px; }
  `,
  host: { class: 'page' },
})
export class UserList {
  protected readonly store = inject(UserStore);
  protected readonly actions = inject(UserActions);
  private readonly session = inject(Session);
  private readonly router = inject(Router);
  private readonly route = inject(ActivatedRoute);
  private readonly query = toSignal(this.route.queryParamMap, { requireSync: true });

  protected readonly words = computed(() => this.query().get('q') ?? '');
  protected readonly mayWrite = computed(() => this.session.can('users.write'));
  protected readonly maySeeKeys = computed(() => this.session.can('keys.any'));
  protected readonly meId = computed(() => this.session.me()?.id ?? null);
  protected readonly rows = computed(() =>
    inTableOrder(this.store.users() ?? [])
      .filter((user) => matchesUser(user, this.words()))
      .map((user) => ({ user, may: actionsFor(user, this.meId()) })),
  );
  protected readonly counts = computed(() => {
    const users = this.store.users() ?? [];
    return { total: users.length, enabled: users.filter((user) => user.status === 'enabled').length, keys: users.reduce((sum, user) => sum + user.keyCount, 0) };
  });
  protected readonly onlyBuiltIn = computed(() => this.store.users()?.every((user) => user.builtIn) ?? false);

  protected readonly focusFirstItem = focusFirstItem;
  protected readonly pressItem = pressItem;
  protected readonly creating = signal(false);
  protected readonly edited = signal<User | null>(null);
  protected readonly keysOf = signal<User | null>(null);
  protected readonly newPassword = signal<{ readonly user: User; readonly password: string } | null>(null);

  protected search(words: string): void {
    void this.router.navigate([], { relativeTo: this.route, queryParams: { q: words || null }, replaceUrl: true });
  }

  protected async resetPassword(user: User): Promise<void> {
    const password = await this.actions.resetPassword(user);
    if (password !== null) this.newPassword.set({ user, password });
  }
}
