import { Component, computed, inject } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzRadioModule } from 'ng-zorro-antd/radio';
import { NzSelectModule } from 'ng-zorro-antd/select';
import { NzTooltipModule } from 'ng-zorro-antd/tooltip';
import { LiveStore } from '../../api';
import { withMode, type Mode } from './deploy-draft';
import { DeployStore } from './deploy-store';
import { FieldNotes } from './field-notes';
import { commonInterfaces } from './network-interfaces';
import { PlacePicker } from './place-picker';

/** In which mode, on which nodes and cards; all of it may stay with the plan. */
@Component({
  selector: 'os-choose-place',
  imports: [FormsModule, TranslocoDirective, NzRadioModule, NzSelectModule, NzTooltipModule, FieldNotes, PlacePicker],
  templateUrl: './choose-place.html',
  styleUrls: ['./field.scss', './choose-place.scss'],
})
export class ChoosePlace {
  protected readonly store = inject(DeployStore);
  private readonly live = inject(LiveStore);

  protected readonly interfaces = computed(() => {
    const { nodeIds } = this.store.draft();
    return commonInterfaces(this.live.nodes().filter((node) => (nodeIds.length > 0 ? nodeIds.includes(node.id) : node.gpus.length > 0)));
  });

  protected chooseMode(mode: Mode | 'auto'): void {
    const wanted = mode === 'auto' ? null : mode;
    this.store.update(withMode(this.store.draft(), wanted, this.store.eligible(wanted)));
  }
}
