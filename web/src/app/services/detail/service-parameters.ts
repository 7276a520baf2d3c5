import { Component, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { CopyText, Detail, DetailList, NumberPipe } from '../../ui-kit';
import { engineName } from '../engine-names';
import { commandLine } from './command-line';
import { ServiceContext } from './service-context';

/** What every instance of the service is started with. */
@Component({
  selector: 'os-service-parameters',
  imports: [TranslocoDirective, CopyText, Detail, DetailList, NumberPipe],
  template: `
    <ng-container *transloco="let t">
      @if (context.service(); as service) {
        <section class="card">
          <h2>{{ t('services.parameters.title') }}</h2>
          <div class="card-body">
            <os-detail-list [columns]="2" [termWidth]="148">
              <ng-template [osDetail]="t('services.parameters.model')">{{ service.modelName }}</ng-template>
              <ng-template [osDetail]="t('services.parameters.engine')">{{ engineName(service.engine) }}</ng-template>
              <ng-template [osDetail]="t('services.parameters.mode')">{{ t('services.mode.' + service.mode) }}</ng-template>
              <ng-template [osDetail]="t('services.parameters.generation')">{{ service.generation }}</ng-template>
              <ng-template [osDetail]="t('services.parameters.context')">{{ service.contextLength | number }}</ng-template>
              <ng-template [osDetail]="t('services.parameters.parallel')">{{ service.parallel | number }}</ng-template>
            </os-detail-list>
            <os-detail-list [columns]="1" [termWidth]="148">
              <ng-template [osDetail]="t('services.parameters.path')"><os-copy [text]="service.modelPath" [mono]="true" /></ng-template>
              <ng-template [osDetail]="t('services.parameters.extended')"><code>{{ service.parameters || t('services.parameters.none') }}</code></ng-template>
              <ng-template [osDetail]="t('services.parameters.command')"><os-copy [text]="commandLine(service.argv)" [mono]="true" /></ng-template>
            </os-detail-list>
            <p class="field-help">{{ t('services.parameters.fixed') }}</p>
          </div>
        </section>
      }
    </ng-container>
  `,
  styles: `code { overflow-wrap: anywhere; } .field-help { margin-top: 16px; }`,
})
export class ServiceParameters {
  protected readonly context = inject(ServiceContext);
  protected readonly engineName = engineName;
  protected readonly commandLine = commandLine;
}
