import { Component, input, model } from '@angular/core';
import { NzDrawerModule } from 'ng-zorro-antd/drawer';
import { LogViewer } from './log-viewer';
import type { ShownLine } from './log-lines';

/** A log viewer in a drawer over 60 % of the window; Esc closes. */
@Component({
  selector: 'os-log-drawer',
  imports: [NzDrawerModule, LogViewer],
  template: `
    <nz-drawer [nzVisible]="open()" (nzOnClose)="open.set(false)" nzWidth="max(60vw, min(100vw, 640px))" [nzTitle]="title()" [nzBodyStyle]="{ padding: '16px' }">
      <ng-container *nzDrawerContent>
        @if (open()) {
          <ng-content />
          <os-log-viewer [lines]="lines()" [(following)]="following" [name]="name()" />
        }
      </ng-container>
    </nz-drawer>
  `,
})
export class LogDrawer {
  readonly open = model(false);
  readonly title = input.required<string>();
  readonly lines = input.required<readonly ShownLine[]>();
  readonly following = model(true);
  readonly name = input('log');
}
