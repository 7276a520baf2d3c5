import { Component, computed, inject, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { ActivatedRoute, Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { toSignal } from '@angular/core/rxjs-interop';
import { NzSelectModule } from 'ng-zorro-antd/select';
import { EmptyState, LogViewer, StateTag, failureWords } from '../../ui-kit';
import { engineLog } from '../engine-log';
import { instanceShown, instanceTone, shortId } from '../service-state';
import { ServiceContext } from './service-context';

/** The engine log of one instance, followed while it runs; which one is in the address. */
@Component({
  selector: 'os-service-logs',
  imports: [FormsModule, TranslocoDirective, NzSelectModule, EmptyState, LogViewer, StateTag],
  template: `
    <ng-container *transloco="let t">
      @if (instances().length === 0) {
        <div class="card"><os-empty icon="file-text" [text]="t('services.logs.none')" /></div>
      } @else {
        <div class="toolbar">
          <label for="log-instance">{{ t('services.logs.instance') }}</label>
          <nz-select nzId="log-instance" [ngModel]="instance()?.id" (ngModelChange)="choose($event)">
            @for (each of instances(); track each.id) {
              <nz-option [nzValue]="each.id" [nzLabel]="shortId(each.id) + ' · ' + (each.nodeName ?? '–')" />
            }
          </nz-select>
          @if (instance(); as shown) {<os-state-tag [tone]="instanceTone(instanceShown(shown))" [label]="t('services.instanceState.' + instanceShown(shown))" />}
        </div>
        @if (log.failure(); as failure) {<p class="failure" role="alert">{{ failureWords(failure).message || t(failureWords(failure).title) }}</p>}
        <div class="card log"><os-log-viewer [lines]="log.lines()" [following]="following()" (followingChange)="following.set($event)" [name]="(context.service()?.name ?? 'service') + '-' + shortId(instance()?.id ?? '')" /></div>
      }
    </ng-container>
  `,
  styles: `
    nz-select { width: min(340px, 100%); }
    .log { height: max(360px, calc(100vh - 300px)); padding: 12px; }
    .failure { margin: 0 0 8px; color: var(--os-bad-text); }
  `,
})
export class ServiceLogs {
  protected readonly context = inject(ServiceContext);
  private readonly router = inject(Router);
  private readonly route = inject(ActivatedRoute);
  private readonly query = toSignal(this.route.queryParamMap, { requireSync: true });

  protected readonly shortId = shortId;
  protected readonly instanceShown = instanceShown;
  protected readonly instanceTone = instanceTone;
  protected readonly failureWords = failureWords;
  protected readonly following = signal(true);
  /** An instance without a node has never written anything. */
  protected readonly instances = computed(() => (this.context.service()?.instances ?? []).filter((instance) => instance.nodeId !== null));
  protected readonly instance = computed(() => this.instances().find((instance) => instance.id === this.query().get('instance')) ?? this.instances()[0] ?? null);
  protected readonly log = engineLog(this.instance);

  protected choose(id: string): void {
    this.following.set(true);
    void this.router.navigate([], { relativeTo: this.route, queryParams: { instance: id }, replaceUrl: true });
  }
}
