import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzTooltipModule } from 'ng-zorro-antd/tooltip';
import { BytesPipe, CopyText, Detail, DetailList, NumberPipe, RelativeTime } from '../../ui-kit';
import { contextLabel, parameterLabel } from '../model-state';
import { ModelDescription } from './description';
import { ModelContext } from './model-context';

/** Facts of the files, the shape that planning uses, and where it all lies. */
@Component({
  selector: 'os-model-overview',
  imports: [RouterLink, TranslocoDirective, NzTooltipModule, BytesPipe, CopyText, Detail, DetailList, ModelDescription, NumberPipe, RelativeTime],
  templateUrl: './model-overview.html',
  styles: `.services { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 12px; } .none { margin: 0; }`,
})
export class ModelOverview {
  protected readonly context = inject(ModelContext);
  protected readonly parameterLabel = parameterLabel;
  protected readonly contextLabel = contextLabel;
  /** The numbers of the shape that are known, in the order in which people ask for them. */
  protected readonly shape = computed(() => {
    const shape = this.context.model()?.shape;
    const order = ['layers', 'heads', 'kvHeads', 'hiddenSize', 'keyLength', 'valueLength', 'intermediateSize', 'expertIntermediateSize', 'latentWidth', 'slidingWindow', 'vocabularySize'] as const;
    return shape ? order.flatMap((name) => (shape[name] == null ? [] : [{ name, value: shape[name] }])) : null;
  });
}
