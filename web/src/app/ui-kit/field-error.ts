import { Component, input } from '@angular/core';
import { SaidPipe } from '../wording';

/** The words under a field that say what to mend, the controller's in the console's language; nothing while `message` is empty. */
@Component({
  selector: 'os-field-error',
  imports: [SaidPipe],
  template: `@if (message(); as words) {<span role="alert">{{ words | said }}</span>}`,
  styles: `:host { display: block; font-size: 12px; line-height: 18px; color: var(--os-bad-text); } span { display: block; margin-top: 4px; }`,
})
export class FieldError {
  readonly message = input<string | null | undefined>('');
}
