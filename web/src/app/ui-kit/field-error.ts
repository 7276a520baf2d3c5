import { Component, input } from '@angular/core';

/** The words under a field that say what to mend; nothing while `message` is empty. */
@Component({
  selector: 'os-field-error',
  template: `@if (message()) {<span role="alert">{{ message() }}</span>}`,
  styles: `:host { display: block; font-size: 12px; line-height: 18px; color: var(--os-bad-text); } span { display: block; margin-top: 4px; }`,
})
export class FieldError {
  readonly message = input<string | null | undefined>('');
}
