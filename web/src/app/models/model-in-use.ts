import { Component, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzModalModule } from 'ng-zorro-antd/modal';
import type { Model } from '../api';

/** Why a model cannot be deleted now, with the way to each service that holds it. */
@Component({
  selector: 'os-model-in-use',
  imports: [RouterLink, TranslocoDirective, NzButtonModule, NzModalModule],
  template: `
    <nz-modal *transloco="let t" [nzVisible]="true" [nzTitle]="t('models.deleteDialog.inUse', { name: model().name })" [nzFooter]="null" nzWidth="440px" (nzOnCancel)="closed.emit()">
      <ng-container *nzModalContent>
        <p>{{ t('models.deleteDialog.inUseText') }}</p>
        <ul>@for (service of model().usedBy; track service.id) {<li><a [routerLink]="['/services', service.id]" (click)="closed.emit()">{{ service.name }}</a></li>}</ul>
        <footer><button nz-button nzType="primary" type="button" (click)="closed.emit()">{{ t('models.deleteDialog.close') }}</button></footer>
      </ng-container>
    </nz-modal>
  `,
  styles: `
    p { margin: 0 0 8px; }
    ul { margin: 0; padding-left: 20px; }
    li { overflow-wrap: anywhere; line-height: 24px; }
    footer { display: flex; justify-content: flex-end; margin-top: 24px; }
  `,
})
export class ModelInUse {
  readonly model = input.required<Model>();
  readonly closed = output();
}
