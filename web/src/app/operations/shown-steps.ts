import { Pipe, inject, type PipeTransform } from '@angular/core';
import type { Operation, OperationStep } from '../api';
import type { ShownStep } from '../ui-kit';
import { SaidPipe, WordPipe } from '../wording';

/** `{{ operation.steps | shownSteps: operation.kind }}`: steps as `os-steps` takes them, in the console's language. */
@Pipe({ name: 'shownSteps', pure: false })
export class ShownStepsPipe implements PipeTransform {
  private readonly word = inject(WordPipe);
  private readonly said = inject(SaidPipe);
  private last: { readonly key: string; readonly shown: readonly ShownStep[] } = { key: '', shown: [] };

  transform(steps: readonly OperationStep[], kind: Operation['kind']): readonly ShownStep[] {
    const shown = steps.map((step) => ({ ...step, label: this.word.transform(`${kind}.${step.id}`, 'phase', this.word.transform(step.id, 'phase', readable(step.id))), message: this.said.transform(step.message) }));
    const key = JSON.stringify(shown);
    // The same list as before while nothing changed, or every look would be a change.
    if (key !== this.last.key) this.last = { key, shown };
    return this.last.shown;
  }
}

/** `gpu-toolkit` → `Gpu toolkit`: a step that this console has no word for; a name stays as it is. */
function readable(id: string): string {
  if (!/^[a-z]+(-[a-z]+)*$/.test(id)) return id;
  const words = id.replaceAll(/[-_]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
