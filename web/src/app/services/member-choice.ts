import { Component, input, model } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzSelectModule } from 'ng-zorro-antd/select';

/** Of an instance that spans nodes, as much as choosing one of them needs. */
export interface ChosenFrom {
  readonly rank: number;
  readonly nodeName: string | null;
}

let choices = 0;

/** Which member of an instance that spans nodes; nothing for an instance of one node. */
@Component({
  selector: 'os-member-choice',
  imports: [FormsModule, NzSelectModule, TranslocoDirective],
  template: `
    @if (members().length > 1) {
      <div class="choice" *transloco="let t">
        <label [for]="id">{{ t('services.logs.member') }}</label>
        <nz-select [nzId]="id" nzSize="small" [ngModel]="rank()" (ngModelChange)="rank.set($event)" [nzDropdownMatchSelectWidth]="false">
          @for (member of members(); track member.rank) {
            <nz-option [nzValue]="member.rank" [nzLabel]="t(member.rank === 0 ? 'services.instances.head' : 'services.instances.worker', { rank: member.rank }) + ' · ' + (member.nodeName ?? '–')" />
          }
        </nz-select>
      </div>
    }
  `,
  styles: `
    .choice { display: flex; gap: 8px; align-items: center; margin-bottom: 8px; font-size: 13px; }
    nz-select { min-width: 200px; }
  `,
})
export class MemberChoice {
  protected readonly id = `os-member-choice-${++choices}`;

  readonly members = input.required<readonly ChosenFrom[]>();
  readonly rank = model.required<number>();
}
