import { Component, computed, inject } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputModule } from 'ng-zorro-antd/input';
import { FieldError } from '../../ui-kit';
import { DeployStore } from './deploy-store';
import { refusalWords } from './plan-words';

/** Step 1: what has to be there, and the name that becomes the Model ID. */
@Component({
  selector: 'os-step-before',
  imports: [FormsModule, RouterLink, TranslocoDirective, NzIconModule, NzInputModule, FieldError],
  template: `
    <ng-container *transloco="let t">
      <ul>
        @for (need of needs(); track need.word) {
          <li [attr.data-tone]="need.met ? 'ok' : 'warn'">
            <nz-icon [nzType]="need.met ? 'check-circle' : 'exclamation-circle'" nzTheme="fill" aria-hidden="true" />
            <div>
              <strong>{{ t('services.wizard.before.' + need.word + 'Title') }}</strong>
              <p>{{ t('services.wizard.before.' + need.word + (need.met ? 'Ok' : 'Missing'), { count: need.count }) }}
                @if (!need.met) {<a [routerLink]="need.link">{{ t('services.wizard.before.' + need.word + 'Action') }}</a>}
              </p>
            </div>
          </li>
        }
      </ul>
      <div class="field name">
        <label for="service-name" class="required">{{ t('services.wizard.before.name') }}</label>
        <input nz-input id="service-name" name="name" maxlength="100" autocomplete="off" spellcheck="false" [placeholder]="t('services.wizard.before.namePlaceholder')" [ngModel]="store.draft().name" (ngModelChange)="store.change({ name: $event })" [nzStatus]="error() ? 'error' : ''" aria-describedby="service-name-help" cdkFocusInitial />
        <os-field-error [message]="error()?.key ? t(error()!.key) : (error()?.text ?? '')" />
        @if (free()) {<p class="good">{{ t('services.wizard.nameFree') }}</p>}
        <p class="help" id="service-name-help">{{ t('services.wizard.before.nameHelp') }}</p>
      </div>
    </ng-container>
  `,
  styleUrl: './field.scss',
  styles: `
    :host { padding: 16px; }
    ul { list-style: none; margin: 0 0 24px; padding: 0; display: grid; gap: 12px; }
    li { display: flex; gap: 12px; padding: 12px 16px; border-radius: 8px; background: var(--os-sunken); }
    li nz-icon { color: var(--os-tone); font-size: 16px; margin-top: 3px; }
    li p { margin: 2px 0 0; color: var(--os-text-2); }
    .name { max-width: 480px; }
  `,
})
export class StepBefore {
  protected readonly store = inject(DeployStore);

  protected readonly needs = computed(() => [
    { word: 'node', link: '/nodes', count: this.store.healthyNodes().length, met: this.store.healthyNodes().length > 0 },
    { word: 'model', link: '/models', count: this.store.models().length, met: this.store.models().length > 0 },
  ]);
  /** Silent while nothing is typed; after that as it is typed. The server's word comes last. */
  protected readonly error = computed(() => {
    const problem = this.store.nameProblem();
    if (problem !== null) return this.store.draft().name === '' ? null : { key: `services.wizard.nameProblem.${problem}`, text: '' };
    const refused = this.store.notesOf('name').find(({ level }) => level === 'error');
    return refused ? { key: refusalWords({ ...refused, field: 'name' })?.key ?? '', text: refused.message } : null;
  });
  protected readonly free = computed(() => this.store.nameProblem() === null && !this.error());
}
