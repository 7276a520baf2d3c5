import { Component, computed, inject, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzTooltipModule } from 'ng-zorro-antd/tooltip';
import type { Instance, Service } from '../api';
import { CopyText, ProgressLine, RelativeTime, StateTag } from '../ui-kit';
import { SaidPipe, WordPipe } from '../wording';
import { DiagnosisWords } from './diagnosis-words';
import { instanceInFocus, isOnItsWay, mayRetry, progressDetail, rollout, serviceShown, serviceTone } from './service-state';

/** One service: how to call it, how it is, and while it is on its way how far. Short once it is ready. */
@Component({
  selector: 'os-service-card',
  imports: [RouterLink, TranslocoDirective, NzButtonModule, NzTooltipModule, CopyText, ProgressLine, RelativeTime, SaidPipe, StateTag, WordPipe],
  templateUrl: './service-card.html',
  styleUrl: './service-card.scss',
})
export class ServiceCard {
  readonly service = input.required<Service>();
  readonly address = input.required<string | null>();
  readonly mayWrite = input.required<boolean>();
  readonly remove = output();
  readonly stop = output();
  readonly start = output();
  readonly again = output();
  readonly openLog = output<Instance>();

  protected readonly words = inject(DiagnosisWords);
  protected readonly progressDetail = progressDetail;
  protected readonly retryable = computed(() => this.mayWrite() && mayRetry(this.service()));
  protected readonly rollout = computed(() => rollout(this.service()));
  protected readonly shown = computed(() => serviceShown(this.service()));
  protected readonly tone = computed(() => serviceTone(this.shown()));
  protected readonly focus = computed(() => instanceInFocus(this.service()));
  protected readonly progressing = computed(() => {
    const focus = this.focus();
    return focus !== null && isOnItsWay(focus) && this.service().state !== 'deleting' ? focus : null;
  });
  protected readonly failed = computed(() => {
    const focus = this.focus();
    return focus !== null && focus.state === 'failed' ? focus : null;
  });
}
