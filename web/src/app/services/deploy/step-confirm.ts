import { Component, computed, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { LiveStore } from '../../api';
import { BytesPipe, Detail, DetailList, NumberPipe } from '../../ui-kit';
import { engineName } from '../engine-names';
import { DeployStore } from './deploy-store';
import { placeChips } from './node-tree';

/** Step 3: everything that was decided and derived, on one page. */
@Component({
  selector: 'os-step-confirm',
  imports: [TranslocoDirective, BytesPipe, Detail, DetailList, NumberPipe],
  template: `
    <section class="card" *transloco="let t">
      <h2>{{ t('services.wizard.confirm.title') }}</h2>
      <div class="card-body">
        <os-detail-list [columns]="2" [termWidth]="148">
          <ng-template [osDetail]="t('services.wizard.confirm.service')"><strong class="wrap">{{ store.draft().name }}</strong></ng-template>
          <ng-template [osDetail]="t('services.wizard.confirm.model')"><span class="wrap">{{ store.model()?.name ?? '–' }}</span></ng-template>
          <ng-template [osDetail]="t('services.wizard.confirm.mode')">{{ store.mode() ? t('services.mode.' + store.mode()) : '–' }}</ng-template>
          <ng-template [osDetail]="t('services.wizard.confirm.engine')">{{ store.engine() ? engineName(store.engine()!) : '–' }}</ng-template>
          <ng-template [osDetail]="t('services.wizard.confirm.context')">{{ store.contextLength() | number }}</ng-template>
          <ng-template [osDetail]="t('services.wizard.confirm.parallel')">{{ store.parallel() | number }}</ng-template>
        </os-detail-list>
        <os-detail-list [columns]="1" [termWidth]="148">
          <ng-template [osDetail]="t('services.wizard.confirm.nodes')"><span class="wrap">{{ chosen() || t('services.wizard.where.anyNode') }}</span></ng-template>
          <ng-template [osDetail]="t('services.wizard.confirm.planned')"><span class="wrap">{{ planned().join(', ') || '–' }}</span></ng-template>
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
    .help { margin-top: 16px; }
  `,
})
export class StepConfirm {
  protected readonly store = inject(DeployStore);
  private readonly live = inject(LiveStore);
  protected readonly engineName = engineName;
  protected readonly chosen = computed(() => placeChips(this.store.draft(), this.live.nodes()).join(', '));
  /** `node17 : GPU_0`, or the node alone on a processor. */
  protected readonly planned = computed(() => {
    const plan = this.store.plan();
    return (plan?.placements ?? []).flatMap(({ nodeId, nodeName }) => {
      const cards = (plan?.cards ?? []).filter((card) => card.chosen && card.nodeId === nodeId);
      return cards.length === 0 ? [nodeName] : cards.map(({ index }) => `${nodeName} : GPU_${index}`);
    });
  });
}
