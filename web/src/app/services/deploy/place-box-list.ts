import { Component, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { BytesPipe } from '../../ui-kit';
import type { PlaceBox } from './place-boxes';

/** Where an instance is to run: a box for each node, with its cards and what else it has. */
@Component({
  selector: 'os-place-box-list',
  imports: [TranslocoDirective, BytesPipe],
  templateUrl: './place-box-list.html',
  styleUrls: ['./field.scss', './place-box-list.scss'],
})
export class PlaceBoxList {
  readonly boxes = input.required<readonly PlaceBox[]>();
}
