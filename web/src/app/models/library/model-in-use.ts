import { Component, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NZ_MODAL_DATA, NzModalRef } from 'ng-zorro-antd/modal';
import type { Model } from '../../api';

/** Why a model cannot be deleted now, with the way to each service that holds it. */
@Component({
  selector: 'os-model-in-use',
  imports: [RouterLink, TranslocoDirective, NzButtonModule],
  template: `
    <div class="dialog" *transloco="let t">
      <h2>{{ t('models.deleteDialog.inUse', { name: model.name }) }}</h2>
      <p>{{ t('models.deleteDialog.inUseText') }}</p>
      <ul>@for (service of model.usedBy; track service.id) {<li><a [routerLink]="['/services', service.id]" (click)="dialog.close()">{{ service.name }}</a></li>}</ul>
      <footer><button nz-button nzType="primary" type="button" (click)="dialog.close()">{{ t('models.deleteDialog.close') }}</button></footer>
    </div>
  `,
  styles: `
    p { margin: 0 0 8px; }
    ul { margin: 0; padding-left: 20px; }
    li { overflow-wrap: anywhere; line-height: 24px; }
  `,
})
export class ModelInUse {
  protected readonly model = inject<Model>(NZ_MODAL_DATA);
  protected readonly dialog = inject<NzModalRef<ModelInUse>>(NzModalRef);
}
