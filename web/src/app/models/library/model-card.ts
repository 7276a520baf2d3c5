import { Component, computed, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzTooltipModule } from 'ng-zorro-antd/tooltip';
import type { Model, Operation } from '../../api';
import { BytesPipe, ProgressLine, StateTag } from '../../ui-kit';
import { WordPipe } from '../../wording';
import { contextLabel, modelTone, parameterLabel } from '../model-state';

/** One model of the library: what it is, what it needs, who uses it; while it is imported, how far. */
@Component({
  selector: 'os-model-card',
  imports: [RouterLink, TranslocoDirective, NzTooltipModule, BytesPipe, ProgressLine, StateTag, WordPipe],
  templateUrl: './model-card.html',
  styleUrl: './model-card.scss',
})
export class ModelCard {
  readonly model = input.required<Model>();
  readonly operation = input<Operation | undefined>();
  readonly mayWrite = input.required<boolean>();
  readonly mayDeploy = input.required<boolean>();
  readonly remove = output();
  readonly again = output();
  readonly openLog = output();

  protected readonly modelTone = modelTone;
  protected readonly chips = computed(() => [parameterLabel(this.model().parameterCount), this.model().dataType].filter((chip) => chip !== null));
  protected readonly context = computed(() => contextLabel(this.model().contextLength));
  protected readonly names = computed(() => this.model().usedBy.map((service) => service.name).join(', '));
}
