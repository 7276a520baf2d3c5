import { Component } from '@angular/core';
import { ChooseAdvanced } from './choose-advanced';
import { ChooseModel } from './choose-model';
import { ChoosePlace } from './choose-place';
import { ChooseSize } from './choose-size';

/** Step 2: which model, where, how big. Nothing is asked that the plan can derive. */
@Component({
  selector: 'os-step-settings',
  imports: [ChooseAdvanced, ChooseModel, ChoosePlace, ChooseSize],
  template: `<os-choose-model /><os-choose-place /><os-choose-size /><os-choose-advanced />`,
  styles: `:host { display: grid; gap: 16px; min-width: 0; }`,
})
export class StepSettings {}
