import { Component, ElementRef, computed, inject, linkedSignal, signal, viewChild } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { Router } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { Language } from '../i18n';
import { LiveStore, Session } from '../api';
import { menuFor } from './menu-entries';
import { objectEntries, search, type PaletteEntry } from './palette-entries';

/** Ctrl-K: type a few letters, Enter goes there. A native dialog, so focus is held and Esc closes. */
@Component({
  selector: 'os-command-palette',
  imports: [FormsModule, TranslocoDirective, NzIconModule],
  templateUrl: './command-palette.html',
  styleUrl: './command-palette.scss',
  host: { '(document:keydown)': 'openByKey($event)' },
})
export class CommandPalette {
  private readonly live = inject(LiveStore);
  private readonly session = inject(Session);
  private readonly router = inject(Router);
  private readonly words = inject(TranslocoService);
  private readonly language = inject(Language);
  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('dialog');

  protected readonly query = signal('');
  private readonly entries = computed<readonly PaletteEntry[]>(() => {
    this.language.current();
    const pages = menuFor(this.session.permissions()).map(({ key, path, icon }) => ({ kind: 'page' as const, name: this.words.translate(`shell.menu.${key}`), detail: '', path, icon }));
    return [...pages, ...objectEntries(this.live.services(), this.live.models(), this.live.nodes())];
  });
  protected readonly found = computed(() => search(this.entries(), this.query()));
  protected readonly chosen = linkedSignal({ source: this.found, computation: () => 0 });

  open(): void {
    this.query.set('');
    this.dialog().nativeElement.showModal();
  }

  protected openByKey(event: KeyboardEvent): void {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'k') return;
    event.preventDefault();
    this.open();
  }

  protected move(event: KeyboardEvent): void {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const count = this.found().length;
    if (count > 0) this.chosen.update((at) => (at + by + count) % count);
  }

  protected async go(entry: PaletteEntry | undefined): Promise<void> {
    if (!entry) return;
    this.close();
    await this.router.navigateByUrl(entry.path);
  }

  protected close(): void {
    this.dialog().nativeElement.close();
  }

  protected closeOnBackdrop(event: Event): void {
    if (event.target === this.dialog().nativeElement) this.close();
  }
}
