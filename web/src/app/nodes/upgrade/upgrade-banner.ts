import { Component, computed, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { LiveStore } from '../../api';
import { isOpen, OperationProgress } from '../../operations';
import { NodeActions } from '../node-actions';

/** Says that newer agents are there, and while they are rolled out how far it is. */
@Component({
  selector: 'os-upgrade-banner',
  imports: [TranslocoDirective, NzButtonModule, NzIconModule, OperationProgress],
  template: `
    <ng-container *transloco="let t">
      @if (running(); as job) {
        <div class="note" data-tone="busy"><nz-icon nzType="sync" /><div class="words"><strong>{{ t('nodes.upgrade.going') }}</strong><os-operation-progress [operation]="job" [hasLog]="false" /></div></div>
      } @else if (outdated().length > 0) {
        <div class="note" data-tone="busy">
          <nz-icon nzType="info-circle" nzTheme="fill" /><span class="words">{{ t('nodes.upgrade.banner', { count: outdated().length, version: outdated()[0]?.upgradeTo }) }}</span>
          <button nz-button nzSize="small" (click)="actions.performAll('upgrade', outdated())">{{ t('nodes.upgrade.review') }}</button>
        </div>
      }
    </ng-container>
  `,
  styles: `.note { align-items: center; margin-bottom: 16px; } .note > nz-icon { margin-top: 0; } .words { flex: 1; min-width: 0; } os-operation-progress { display: block; max-width: 480px; }`,
})
export class UpgradeBanner {
  private readonly live = inject(LiveStore);
  protected readonly actions = inject(NodeActions);
  protected readonly outdated = computed(() => this.live.nodes().filter(({ state, upgradeTo }) => upgradeTo !== null && state !== 'removed'));
  protected readonly running = computed(() => this.live.operations().find((operation) => operation.kind === 'upgrade-agents' && isOpen(operation)) ?? null);
}
