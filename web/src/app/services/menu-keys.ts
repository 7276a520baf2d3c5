/** Puts the keyboard into a drop-down that just opened: its items lie at the end of the page, out of reach of Tab. */
export function focusFirstItem(list: HTMLElement): void {
  requestAnimationFrame(() => list.querySelector<HTMLElement>('[tabindex="0"]')?.focus());
}

/** Enter on a menu item does what a click does, closing the menu included. */
export function pressItem(event: Event): void {
  event.preventDefault();
  (event.currentTarget as HTMLElement).click();
}
