import { Component, computed, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { FieldError } from '../../ui-kit';
import { SaidPipe } from '../../wording';
import { DeployStore, type ShownField } from './deploy-store';
import { noteWords, refusalWords } from './plan-words';

/** Under an input of the wizard: what the server says against it, then its hints and warnings. */
@Component({
  selector: 'os-field-notes',
  imports: [TranslocoDirective, FieldError, SaidPipe],
  template: `
    <ng-container *transloco="let t">
      @if (error(); as note) {<os-field-error [message]="note.words ? t(note.words.key, note.words.values) : note.message" />}
      @for (note of hints(); track note.message) {<p [attr.data-tone]="note.level === 'warning' ? 'warn' : null">{{ note.words ? t(note.words.key, note.words.values) : (note.message | said) }}</p>}
    </ng-container>
  `,
  styles: `
    p { margin: 2px 0 0; font-size: 12px; line-height: 18px; color: var(--os-text-2); overflow-wrap: anywhere; }
    p[data-tone='warn'] { color: var(--os-warn-text); }
  `,
})
export class FieldNotes {
  private readonly store = inject(DeployStore);

  readonly field = input.required<ShownField>();

  private readonly notes = computed(() => this.store.notesOf(this.field()).map((note) => ({ ...note, words: noteWords(note, this.store.plan(), this.store.model()) ?? refusalWords({ ...note, field: this.field() }) })));
  protected readonly error = computed(() => this.notes().find((note) => note.level === 'error') ?? null);
  protected readonly hints = computed(() => this.notes().filter((note) => note.level !== 'error'));
}
