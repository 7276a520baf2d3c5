import { Component, DestroyRef, computed, effect, inject, signal, untracked } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzTooltipModule } from 'ng-zorro-antd/tooltip';
import { Api, ApiFailure, type Service, type UsageSummary } from '../../api';
import { CodeSnippet, CopyText, Detail, DetailList, DurationPipe, ErrorState, NumberPipe, ProgressLine, RelativeTime, TimeRange } from '../../ui-kit';
import { SaidPipe, WordPipe } from '../../wording';
import { DiagnosisCard } from '../diagnosis-card';
import { DiagnosisWords } from '../diagnosis-words';
import { engineName } from '../engine-names';
import { GatewayAddress } from '../gateway-address';
import { LastWords } from '../last-words';
import { ServiceDeeds } from '../service-deeds';
import { instanceInFocus, isOnItsWay, mayRetry, progressDetail } from '../service-state';
import { ConformanceCard } from './conformance-card';
import { RequestBars } from './request-bars';
import { ServiceContext } from './service-context';
import type { RunSettings } from './settings-diff';

const refreshMs = 15_000;

/** How to call the service, how it fares, and what it is. */
@Component({
  selector: 'os-service-overview',
  imports: [RouterLink, TranslocoDirective, NzButtonModule, NzIconModule, NzTooltipModule, CodeSnippet, ConformanceCard, CopyText, Detail, DetailList, DiagnosisCard, DurationPipe, ErrorState, LastWords, NumberPipe, ProgressLine, RelativeTime, RequestBars, SaidPipe, TimeRange, WordPipe],
  templateUrl: './service-overview.html',
  styleUrl: './service-overview.scss',
})
export class ServiceOverview {
  protected readonly context = inject(ServiceContext);
  private readonly api = inject(Api);
  private readonly deeds = inject(ServiceDeeds);
  protected readonly words = inject(DiagnosisWords);

  protected readonly gatewayUrl = inject(GatewayAddress).url;
  protected readonly engineName = engineName;
  protected readonly minutes = signal(60);
  protected readonly usage = signal<UsageSummary | null>(null);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly focus = computed(() => {
    const service = this.context.service();
    return service === null || service.state === 'deleting' ? null : instanceInFocus(service);
  });
  protected readonly retrying = signal(false);
  protected readonly mayRetry = mayRetry;
  protected readonly isOnItsWay = isOnItsWay;
  protected readonly progressDetail = progressDetail;

  constructor() {
    effect(() => {
      const [id, minutes] = [this.context.id(), this.minutes()];
      if (id !== '' && this.context.maySeeUsage()) untracked(() => void this.load(id, minutes));
    });
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible' && this.context.maySeeUsage()) void this.load(this.context.id(), this.minutes());
    }, refreshMs);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }

  protected relaunch(service: Service, proposed: Partial<RunSettings>, lead: string): void {
    void this.deeds.relaunch(service, proposed, lead);
  }

  protected async again(service: Service): Promise<void> {
    this.retrying.set(true);
    await this.deeds.again(service);
    this.retrying.set(false);
  }

  protected retry(): void {
    void this.load(this.context.id(), this.minutes());
  }

  private async load(serviceId: string, minutes: number): Promise<void> {
    const stillAsked = () => this.context.id() === serviceId && this.minutes() === minutes;
    try {
      const usage = await this.api.get('/usage', { query: { serviceId, minutes } });
      if (!stillAsked()) return;
      this.usage.set(usage);
      this.failure.set(null);
    } catch (thrown) {
      if (stillAsked()) this.failure.set(ApiFailure.from(thrown));
    }
  }
}
