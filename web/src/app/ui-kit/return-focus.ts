import { DestroyRef, Directive, inject } from '@angular/core';

/**
 * A dialog that its opener takes away at once: who had the focus before gets it back, which the dialog itself cannot do any more.
 * For `hostDirectives`.
 */
@Directive()
export class ReturnFocus {
  constructor() {
    const before = document.activeElement;
    inject(DestroyRef).onDestroy(() => setTimeout(() => {
      const now = document.activeElement;
      const nobodyHasIt = now === null || now === document.body || now.closest('.cdk-overlay-container') !== null;
      if (nobodyHasIt && before instanceof HTMLElement && before.isConnected) before.focus();
    }));
  }
}
