import { Component, computed, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { BytesPipe, Detail, DetailList, NumberPipe } from '../../ui-kit';
import { engineName } from '../engine-names';
import { DeployStore } from './deploy-store';

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
          <ng-template [osDetail]="t('services.wizard.confirm.planned')"><span class="wrap">{{ planned() || '–' }}</span></ng-template>
          <ng-template [osDetail]="t('services.wizard.confirm.memory')">{{ store.plan()?.memory?.totalBytes | bytes }}</ng-template>
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
  protected readonly engineName = engineName;
  protected readonly chosen = computed(() => {
    const ids = new Set(this.store.draft().nodeIds);
    return this.store.nodes().filter(({ node }) => ids.has(node.id)).map(({ node }) => node.name).join(', ');
  });
  protected readonly planned = computed(() => [...new Set((this.store.plan()?.placements ?? []).map((place) => place.nodeName))].join(', '));
}
