import { Component, inject, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Api, ApiFailure, type System } from '../api';
import { CopyText, Detail, DetailList, ErrorState, RelativeTime, Skeleton, StateTag } from '../ui-kit';

/** Version, addresses and the fingerprint that a careful client compares. */
@Component({
  selector: 'os-about',
  imports: [TranslocoDirective, CopyText, Detail, DetailList, ErrorState, RelativeTime, Skeleton, StateTag],
  template: `
    <div class="card" *transloco="let t">
      @if (system(); as system) {
        <div class="card-body">
          <os-detail-list [columns]="1" [termWidth]="232">
            <ng-template [osDetail]="t('settings.about.version')">OpenStation {{ system.version }}</ng-template>
            <ng-template [osDetail]="t('settings.about.gateway')"><os-copy [text]="system.gatewayUrl" [mono]="true" /></ng-template>
            <ng-template [osDetail]="t('settings.about.console')"><os-copy [text]="origin" [mono]="true" /></ng-template>
            <ng-template [osDetail]="t('settings.about.gateways')">
              @for (gateway of system.gateways; track gateway.id) {
                <div class="gateway"><os-state-tag [tone]="gateway.connected ? 'ok' : 'bad'" [label]="t(gateway.connected ? 'settings.about.connected' : 'settings.about.disconnected')" /> <code>{{ gateway.id }}</code></div>
              } @empty {<os-state-tag tone="warn" [label]="t('settings.about.noGateway')" />}
            </ng-template>
            <ng-template [osDetail]="t('settings.about.fingerprint')"><os-copy class="long" [text]="system.certificateFingerprint" [mono]="true" /></ng-template>
            <ng-template [osDetail]="t('settings.about.cluster')"><os-copy [text]="system.clusterId" [mono]="true" /></ng-template>
            <ng-template [osDetail]="t('settings.about.database')">{{ t('settings.about.' + system.database) }}</ng-template>
            <ng-template [osDetail]="t('settings.about.started')"><os-time [at]="system.startedAt" [exact]="true" /></ng-template>
          </os-detail-list>
        </div>
      } @else if (failure(); as failure) {<os-error [failure]="failure" (retry)="load()" />}
      @else {<os-skeleton [count]="6" />}
    </div>
  `,
  styles: `.gateway { display: flex; gap: 12px; align-items: center; } .long ::ng-deep .text { white-space: normal; overflow-wrap: anywhere; }`,
})
export class About {
  private readonly api = inject(Api);

  protected readonly system = signal<System | null>(null);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly origin = window.location.origin;

  constructor() {
    void this.load();
  }

  protected async load(): Promise<void> {
    try {
      this.system.set(await this.api.get('/system'));
      this.failure.set(null);
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    }
  }
}
