import { Component, computed, model, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzModalModule } from 'ng-zorro-antd/modal';
import { AddByCommand } from './add-by-command';
import { AddOverSsh } from './add-over-ssh';

const ways = ['ssh', 'command'] as const;
type Way = (typeof ways)[number];

/** Adding a node: the platform signs in to the server, or the server is given one command. Both are explained side by side. */
@Component({
  selector: 'os-add-node',
  imports: [TranslocoDirective, NzModalModule, AddByCommand, AddOverSsh],
  template: `
    <ng-container *transloco="let t">
      <nz-modal [nzVisible]="open()" (nzOnCancel)="open.set(false)" [nzTitle]="t('nodes.add.title')" [nzFooter]="null" nzWidth="720px" [nzAutofocus]="null">
        <ng-container *nzModalContent>
          <div class="ways" role="tablist" [attr.aria-label]="t('nodes.add.title')">
            @for (each of ways; track each) {
              <button type="button" role="tab" [id]="'add-' + each" [attr.aria-selected]="each === way()" [tabindex]="each === way() ? 0 : -1" (click)="way.set(each)" (keydown.arrowRight)="other($event)" (keydown.arrowLeft)="other($event)">
                <strong>{{ t('nodes.add.way.' + each) }}</strong><span>{{ t('nodes.add.way.' + each + 'Text') }}</span>
              </button>
            }
          </div>
          <div role="tabpanel" [attr.aria-labelledby]="'add-' + way()">
            @if (way() === 'ssh') {<os-add-over-ssh (closed)="open.set(false)" />} @else {<os-add-by-command (closed)="open.set(false)" />}
          </div>
        </ng-container>
      </nz-modal>
    </ng-container>
  `,
  styles: `
    .ways { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 12px; margin-bottom: 20px; }
    .ways button { display: flex; flex-direction: column; gap: 2px; padding: 10px 14px; border: 1px solid var(--os-line); border-radius: 8px; background: none; color: var(--os-text); text-align: left; cursor: pointer; }
    .ways button:hover { border-color: var(--os-brand); }
    .ways button[aria-selected='true'] { border-color: var(--os-brand); background: var(--os-brand-soft); box-shadow: inset 0 0 0 1px var(--os-brand); }
    .ways strong { font-weight: 600; }
    .ways span { font-size: 12px; line-height: 18px; color: var(--os-text-2); }
    @media (max-width: 520px) { .ways { grid-template-columns: minmax(0, 1fr); } }
  `,
})
export class AddNode {
  readonly open = model(false);
  protected readonly ways = ways;
  protected readonly way = signal<Way>('ssh');
  protected readonly next = computed<Way>(() => (this.way() === 'ssh' ? 'command' : 'ssh'));

  protected other(event: Event): void {
    event.preventDefault();
    this.way.set(this.next());
    requestAnimationFrame(() => document.getElementById(`add-${this.way()}`)?.focus());
  }
}
