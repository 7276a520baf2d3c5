import { Component, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { CopyText, Detail, DetailList, NumberPipe } from '../../ui-kit';
import { engineName } from '../engine-names';
import { ServiceDeeds } from '../service-deeds';
import { commandLine } from './command-line';
import { RevisionList } from './revision-list';
import { ServiceContext } from './service-context';

/** What every instance of the service is started with, how to change it, and what it was before. */
@Component({
  selector: 'os-service-parameters',
  imports: [TranslocoDirective, NzButtonModule, NzIconModule, CopyText, Detail, DetailList, NumberPipe, RevisionList],
  template: `
    <ng-container *transloco="let t">
      @if (context.service(); as service) {
        <div class="stack">
          <section class="card">
            <h2>{{ t('services.parameters.title') }}
              @if (context.mayWrite()) {<button nz-button nzSize="small" type="button" [disabled]="service.state === 'deleting'" (click)="deeds.edit({ service })"><nz-icon nzType="edit" />{{ t('services.deed.edit') }}</button>}
            </h2>
            <div class="card-body">
              <os-detail-list [columns]="2" [termWidth]="148">
                <ng-template [osDetail]="t('services.parameters.model')">{{ service.modelName }}</ng-template>
                <ng-template [osDetail]="t('services.parameters.engine')">{{ engineName(service.engine) }}</ng-template>
                <ng-template [osDetail]="t('services.parameters.mode')">{{ t('services.mode.' + service.mode) }}</ng-template>
                <ng-template [osDetail]="t('services.parameters.revision')">{{ service.revision }}</ng-template>
                <ng-template [osDetail]="t('services.parameters.context')">{{ service.contextLength | number }}</ng-template>
                <ng-template [osDetail]="t('services.parameters.parallel')">{{ service.parallel | number }}</ng-template>
              </os-detail-list>
              <os-detail-list [columns]="1" [termWidth]="148">
                @if (service.mode === 'distributed') {<ng-template [osDetail]="t('services.wizard.where.interface')">{{ service.networkInterface ?? t('services.wizard.where.interfaceOwn') }}</ng-template>}
                <ng-template [osDetail]="t('services.parameters.path')"><os-copy [text]="service.modelPath" [mono]="true" /></ng-template>
                <ng-template [osDetail]="t('services.parameters.extended')"><code>{{ service.parameters || t('services.parameters.none') }}</code></ng-template>
                <ng-template [osDetail]="t('services.parameters.command')"><os-copy [text]="commandLine(service.argv)" [mono]="true" [whole]="true" /></ng-template>
              </os-detail-list>
              <p class="field-help">{{ t('services.parameters.same') }}</p>
            </div>
          </section>
          <os-revision-list [service]="service" [mayWrite]="context.mayWrite()" />
        </div>
      }
    </ng-container>
  `,
  styles: `code { overflow-wrap: anywhere; } .field-help { margin-top: 16px; }`,
})
export class ServiceParameters {
  protected readonly context = inject(ServiceContext);
  protected readonly deeds = inject(ServiceDeeds);
  protected readonly engineName = engineName;
  protected readonly commandLine = commandLine;
}
