import { inject } from '@angular/core';
import type { CanDeactivateFn } from '@angular/router';
import { TranslocoService } from '@jsverse/transloco';
import { Session } from '../api';
import { ConfirmDialog } from '../ui-kit';

/** A page that can hold typed but unsaved input. */
export interface HoldsChanges {
  hasUnsavedChanges(): boolean;
}

/** Asks before typed input is lost by leaving a page; put it in `canDeactivate`. */
export const unsavedChanges: CanDeactivateFn<HoldsChanges> = (page) => {
  if (!page.hasUnsavedChanges() || inject(Session).me() === null) return true;
  const words = inject(TranslocoService);
  return inject(ConfirmDialog).confirm({
    title: words.translate('shell.unsaved.title'),
    body: words.translate('shell.unsaved.body'),
    action: words.translate('shell.unsaved.leave'),
    danger: true,
  });
};
