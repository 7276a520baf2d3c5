import { Service, inject, type Type } from '@angular/core';
import { ModalOptions, NzModalService } from 'ng-zorro-antd/modal';
import { firstValueFrom } from 'rxjs';

/**
 * Opens a component as a dialog: it injects its data as NZ_MODAL_DATA, closes itself through NzModalRef and brings its
 * own heading and footer (class `dialog` on its root). Resolves to what it closed with, undefined on Esc.
 */
@Service()
export class Dialogs {
  private readonly modals = inject(NzModalService);

  async open<R>(content: Type<unknown>, data: unknown, width = 560): Promise<R | undefined> {
    const dialog = this.modals.create(Object.assign(new ModalOptions<unknown, unknown, R>(), {
      nzContent: content, nzData: data, nzFooter: null, nzClosable: false, nzWidth: width, nzBodyStyle: { padding: '24px' }, nzMaskClosable: false, nzCentered: true,
    }));
    return firstValueFrom(dialog.afterClose, { defaultValue: undefined });
  }
}
