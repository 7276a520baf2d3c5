import { Component, computed, inject, signal } from '@angular/core';
import { RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzTooltipModule } from 'ng-zorro-antd/tooltip';
import { LiveStore, Session } from '../api';
import { ErrorState } from '../ui-kit';
import { AccountMenu } from './account-menu';
import { CommandPalette } from './command-palette';
import { HealthPill } from './health-pill';
import { menuFor } from './menu-entries';
import { OperationsTray } from './operations-tray';
import { LostPage, Preferences, ProductMark } from '../look';

const storageKey = 'openstation.menu';

/** The frame that stays while pages change: top bar, menu, and the page itself. */
@Component({
  selector: 'os-shell',
  imports: [
    RouterLink, RouterLinkActive, RouterOutlet, TranslocoDirective, NzIconModule, NzTooltipModule,
    AccountMenu, CommandPalette, ErrorState, HealthPill, OperationsTray, Preferences, ProductMark,
  ],
  templateUrl: './shell.html',
  styleUrl: './shell.scss',
  host: { '(document:keydown.escape)': 'unfolded.set(false)' },
})
export class Shell {
  private readonly session = inject(Session);
  protected readonly live = inject(LiveStore);
  protected readonly page = inject(LostPage);
  /** Nobody answered: the same words as for a call that nobody answers. */
  protected readonly pageFailure = computed(() => {
    const lost = this.page.lost();
    return lost && { status: 0, code: 'unreachable', message: '', requestId: '', at: lost.at };
  });

  protected readonly menu = computed(() => menuFor(this.session.permissions()));
  protected readonly collapsed = signal(localStorage.getItem(storageKey) === 'collapsed');
  /** On a narrow screen the menu lies over the page, and only when it is asked for. */
  protected readonly unfolded = signal(false);
  protected readonly seesOperations = computed(() => this.session.can('operations.read'));
  protected readonly exactly = { exact: true };
  protected readonly within = { exact: false };

  protected toggleMenu(): void {
    this.collapsed.update((collapsed) => !collapsed);
    localStorage.setItem(storageKey, this.collapsed() ? 'collapsed' : 'open');
  }
}
