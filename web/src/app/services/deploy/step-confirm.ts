import { Component, computed, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { LiveStore } from '../../api';
import { BytesPipe, Detail, DetailList, NumberPipe } from '../../ui-kit';
import { engineName } from '../engine-names';
import { DeployStore } from './deploy-store';
import { PlaceBoxList } from './place-box-list';
import { placeBoxes } from './place-boxes';

/** Step 3: everything that was decided and derived, on one page. */
@Component({
  selector: 'os-step-confirm',
  imports: [TranslocoDirective, BytesPipe, Detail, DetailList, NumberPipe, PlaceBoxList],
  template: `
    <section class="card" *transloco="let t">
      <h2>{{ t('services.wizard.confirm.title') }}</h2>
      <div class="card-body">
        <os-detail-list [columns]="2" [termWidth]="176">
          <ng-template [osDetail]="t('services.wizard.confirm.service')"><strong class="wrap">{{ store.draft().name }}</strong></ng-template>
          <ng-template [osDetail]="t('services.wizard.confirm.model')"><span class="wrap">{{ store.model()?.name ?? '–' }}</span></ng-template>
          <ng-template [osDetail]="t('services.wizard.confirm.mode')">{{ store.mode() ? t('services.mode.' + store.mode()) : '–' }}</ng-template>
          <ng-template [osDetail]="t('services.wizard.confirm.engine')">{{ store.engine() ? engineName(store.engine()!) : '–' }}</ng-template>
          <ng-template [osDetail]="t('services.wizard.confirm.context')">{{ store.contextLength() | number }}</ng-template>
          <ng-template [osDetail]="t('services.wizard.confirm.parallel')">{{ store.parallel() | number }}</ng-template>
        </os-detail-list>
        <h3>{{ t('services.wizard.confirm.place') }} <span class="by">{{ t(store.draft().nodeIds.length === 0 ? 'services.wizard.confirm.byPlan' : store.draft().cards.length === 0 ? 'services.wizard.confirm.nodesByYou' : 'services.wizard.confirm.byYou') }}</span></h3>
        <os-place-box-list [boxes]="boxes()" />
        <os-detail-list class="rest" [columns]="1" [termWidth]="176">
          <ng-template [osDetail]="t('services.wizard.confirm.memory')">{{ store.plan()?.memory?.totalBytes | bytes }}</ng-template>
          @if (store.mode() === 'distributed') {<ng-template [osDetail]="t('services.wizard.where.interface')">{{ store.draft().networkInterface ?? t('services.wizard.where.interfaceOwn') }}</ng-template>}
          <ng-template [osDetail]="t('services.wizard.advanced.replace')">{{ store.draft().replaceAfterMinutes === null ? t('services.wizard.advanced.never') : t('services.wizard.advanced.after', { minutes: store.draft().replaceAfterMinutes }) }}</ng-template>
          <ng-template [osDetail]="t('services.scaling.title')">{{ store.draft().scaling === null ? t('services.scaling.fixed') : t('services.scaling.summary', { min: store.draft().scaling!.min, max: store.draft().scaling!.max, windows: store.draft().scaling!.windows.length }) }}</ng-template>
          <ng-template [osDetail]="t('services.wizard.confirm.source')"><code class="wrap">{{ store.model()?.storagePath ?? '–' }}</code></ng-template>
          <ng-template [osDetail]="t('services.wizard.confirm.parameters')"><code class="wrap">{{ store.draft().parameters.trim() || '–' }}</code></ng-template>
          <ng-template [osDetail]="t('services.wizard.confirm.command')"><code class="wrap">{{ store.plan()?.argv?.join(' ') || '–' }}</code></ng-template>
        </os-detail-list>
        <p class="help">{{ t('services.wizard.confirm.note') }}</p>
      </div>
    </section>
  `,
  styleUrl: './field.scss',
  styles: `
    .wrap { overflow-wrap: anywhere; }
    code { font-family: var(--os-mono); font-size: 12px; }
    h3 { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 8px; margin: 16px 0 8px; font-size: 14px; line-height: 22px; font-weight: 600; }
    .by { font-size: 12px; font-weight: 400; color: var(--os-text-2); }
    .rest { margin-top: 12px; }
    .help { margin-top: 16px; }
  `,
})
export class StepConfirm {
  protected readonly store = inject(DeployStore);
  private readonly live = inject(LiveStore);
  protected readonly engineName = engineName;
  protected readonly boxes = computed(() => {
    const plan = this.store.plan();
    return plan ? placeBoxes(plan, this.live.nodes()) : [];
  });
}
