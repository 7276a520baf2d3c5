import { Component, ElementRef, input, output, viewChild } from '@angular/core';
import { NzButtonModule, type NzButtonSize, type NzButtonType } from 'ng-zorro-antd/button';
import { NzDropdownModule } from 'ng-zorro-antd/dropdown';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzMenuModule } from 'ng-zorro-antd/menu';

export interface MenuEntry {
  readonly key: string;
  /** Already translated. */
  readonly label: string;
  readonly danger?: boolean;
  /** Why it cannot be chosen now, already translated; it is then shown greyed out with this as its hint. */
  readonly refusal?: string;
}

/** What else can be done, behind one button; works by keyboard. */
@Component({
  selector: 'os-more',
  imports: [NzButtonModule, NzDropdownModule, NzIconModule, NzMenuModule],
  template: `
    <button nz-button type="button" [nzType]="type()" [nzSize]="size()" nz-dropdown nzTrigger="click" nzPlacement="bottomRight" [nzDropdownMenu]="menu" (nzVisibleChange)="$event && focusFirst()" [attr.aria-label]="label()" [title]="label()">
      <nz-icon nzType="ellipsis" />
    </button>
    <nz-dropdown-menu #menu="nzDropdownMenu">
      <ul nz-menu #list>
        @for (entry of entries(); track entry.key) {
          <li nz-menu-item [nzDanger]="entry.danger ?? false" [nzDisabled]="!!entry.refusal" [attr.tabindex]="entry.refusal ? null : 0" [title]="entry.refusal ?? ''" (click)="entry.refusal || picked.emit(entry.key)" (keydown)="press($event)">{{ entry.label }}</li>
        }
      </ul>
    </nz-dropdown-menu>
  `,
  styles: `:host { display: inline-flex; }`,
})
export class MoreMenu {
  readonly entries = input.required<readonly MenuEntry[]>();
  readonly label = input.required<string>();
  readonly size = input<NzButtonSize>('default');
  readonly type = input<NzButtonType>('default');
  readonly picked = output<string>();
  private readonly list = viewChild<ElementRef<HTMLElement>>('list');

  /** The items lie at the end of the page, out of reach of Tab. */
  protected focusFirst(): void {
    requestAnimationFrame(() => this.list()?.nativeElement.querySelector<HTMLElement>('[tabindex="0"]')?.focus());
  }

  protected press(event: KeyboardEvent): void {
    const item = event.currentTarget as HTMLElement;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      item.click();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const items = [...(item.parentElement?.querySelectorAll<HTMLElement>('[tabindex="0"]') ?? [])];
    items.at((items.indexOf(item) + step) % items.length)?.focus();
  }
}
