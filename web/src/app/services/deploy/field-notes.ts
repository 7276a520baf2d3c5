import { Component, computed, input } from '@angular/core';
import type { Note } from './plan-summary';

/** Hints and warnings of the plan under the input they speak of; errors are shown by `os-field-error`. */
@Component({
  selector: 'os-field-notes',
  template: `
    @for (note of shown(); track note.code) {<p [attr.data-tone]="note.level === 'warning' ? 'warn' : null">{{ note.message }}</p>}
  `,
  styles: `
    p { margin: 2px 0 0; font-size: 12px; line-height: 18px; color: var(--os-text-2); overflow-wrap: anywhere; }
    p[data-tone='warn'] { color: var(--os-warn-text); }
  `,
})
export class FieldNotes {
  readonly notes = input.required<readonly Note[]>();
  protected readonly shown = computed(() => this.notes().filter((note) => note.level !== 'error'));
}
