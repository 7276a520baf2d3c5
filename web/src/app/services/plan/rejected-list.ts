import { Component, computed, input, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { Plan } from '../../api';
import { SaidPipe } from '../../wording';
import { rejectedGroups } from './rejected-groups';

/** As many fit beside a wizard without hiding the rest of the plan. */
const SHOWN_GROUPS = 5;
const SHOWN_NAMES = 4;

/** The nodes a plan does not use, by reason; long lists are folded. */
@Component({
  selector: 'os-rejected-list',
  imports: [TranslocoDirective, SaidPipe],
  template: `
    <ng-container *transloco="let t">
      <ul>
        @for (group of shown(); track group.key) {
          <li>
            <span class="name" [title]="group.names.join(', ')">{{ namesOf(group.names) }}@if (hidden(group.names) > 0) {<span class="more"> {{ t('services.plan.moreNodes', { count: hidden(group.names) }) }}</span>}</span>
            <span class="fact">{{ group.words ? t(group.words.key, group.words.values) : (group.reason | said) }}</span>
          </li>
        }
      </ul>
      @if (foldable()) {<button type="button" (click)="open.set(!open())" [attr.aria-expanded]="open()">{{ open() ? t('services.plan.fold') : t('services.plan.showAll', { count: rejected().length }) }}</button>}
    </ng-container>
  `,
  styles: `
    ul { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 320px), 1fr)); gap: 8px 24px; font-size: 13px; line-height: 20px; }
    li { min-width: 0; }
    .name { display: block; font-weight: 500; overflow-wrap: anywhere; }
    .more { font-weight: 400; color: var(--os-text-2); }
    .fact { display: block; font-size: 12px; line-height: 18px; color: var(--os-text-2); overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
    button { border: 0; background: none; margin-top: 8px; padding: 0; font: inherit; font-size: 12px; color: var(--os-brand-text); cursor: pointer; }
  `,
})
export class RejectedList {
  readonly rejected = input.required<Plan['rejected']>();

  protected readonly open = signal(false);
  private readonly groups = computed(() => rejectedGroups(this.rejected()));
  protected readonly foldable = computed(() => this.groups().length > SHOWN_GROUPS || this.groups().some(({ names }) => names.length > SHOWN_NAMES));
  protected readonly shown = computed(() => (this.open() ? this.groups() : this.groups().slice(0, SHOWN_GROUPS)));

  protected namesOf(names: readonly string[]): string {
    return (this.open() ? names : names.slice(0, SHOWN_NAMES)).join(', ');
  }

  protected hidden(names: readonly string[]): number {
    return this.open() ? 0 : Math.max(0, names.length - SHOWN_NAMES);
  }
}
