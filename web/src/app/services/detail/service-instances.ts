import { Component, computed, inject, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzMessageService } from 'ng-zorro-antd/message';
import { NzTableModule } from 'ng-zorro-antd/table';
import { NzTooltipModule } from 'ng-zorro-antd/tooltip';
import { Api, ApiFailure, LiveStore, type Instance, type Service } from '../../api';
import { FailureToast } from '../../refusals';
import { ConfirmDialog, CopyText, NumberPipe, ProgressLine, RelativeTime, StateTag, UsageCell } from '../../ui-kit';
import { SaidPipe, WordPipe } from '../../wording';
import { DeleteService } from '../delete-service';
import { DiagnosisCard } from '../diagnosis-card';
import { DiagnosisWords } from '../diagnosis-words';
import { LastWords } from '../last-words';
import { ServiceDeeds } from '../service-deeds';
import { healthTone, instanceShown, instanceTone, isLastReady, isOnItsWay, mayRetry, memberShown, progressDetail, shortId } from '../service-state';
import { CheckResult, type CheckOutcome } from './check-result';
import { instanceUsage } from './instance-usage';
import { ServiceContext } from './service-context';
import type { RunSettings } from './settings-diff';

/** The instances of a service: where each runs, what it takes, how it is, and what can be done with it. */
@Component({
  selector: 'os-service-instances',
  imports: [RouterLink, TranslocoDirective, NzButtonModule, NzIconModule, NzTableModule, NzTooltipModule, CheckResult, CopyText, DiagnosisCard, LastWords, NumberPipe, ProgressLine, RelativeTime, SaidPipe, StateTag, UsageCell, WordPipe],
  templateUrl: './service-instances.html',
  styles: `
    .why { margin: 2px 0 0; min-width: 160px; max-width: 320px; font-size: 12px; line-height: 18px; color: var(--os-text-2); overflow-wrap: anywhere; }
    .node { display: block; max-width: 220px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    @media (max-width: 1320px) { .node { max-width: 132px; } }
    .cards { font-size: 12px; color: var(--os-text-2); }
    .wide { overflow-x: auto; }
    .actions { position: sticky; right: 0; background: var(--os-surface); white-space: nowrap; }
    th.actions { background: var(--os-table-head); }
    /* Where the columns do not fit, a row is a block: what runs where, how full it is, how it is, what can be done. */
    @media (max-width: 1180px) {
      tr { display: grid; grid-template-columns: minmax(0, 1.3fr) minmax(0, 1fr) minmax(0, 1fr) auto auto; gap: 2px 16px; padding: 12px 16px; border-bottom: 1px solid var(--os-line-soft); }
      tr:last-child { border-bottom: 0; }
      tr:has(> th) { display: none; }
      tr.member { background: var(--os-sunken); }
      td { display: block; padding: 0 !important; border: 0 !important; background: none !important; text-align: left !important; white-space: normal; }
      td:nth-child(2) { grid-area: 2 / 1; }
      td:nth-child(3) { grid-area: 1 / 2 / 3; }
      td:nth-child(4) { grid-area: 1 / 3 / 3; }
      td:nth-child(5) { grid-area: 3 / 1 / 4 / 4; }
      td:nth-child(5):not(:has(os-progress)), td:empty { display: none; }
      td:nth-child(6) { grid-area: 2 / 4; font-size: 12px; color: var(--os-text-2); }
      td[data-label]::before { content: attr(data-label) ' '; }
      td:nth-child(7) { grid-area: 2 / 5; justify-self: end; }
      td.actions { position: static; grid-area: 1 / 4 / 2 / 6; justify-self: end; }
    }
    @media (max-width: 720px) {
      tr { grid-template-columns: minmax(0, 1fr) auto; gap: 6px 12px; padding: 12px; }
      td:nth-child(n) { grid-area: auto; }
      td:nth-child(1), td:nth-child(3), td:nth-child(5) { grid-column: 1 / -1; }
      td:nth-child(3) { order: 1; }
      td:nth-child(5) { order: 2; }
      td:nth-child(6), td:nth-child(7) { order: 3; align-self: center; }
      td.actions { grid-column: 1 / -1; justify-self: start; order: 4; }
      .node { max-width: 100%; white-space: normal; overflow-wrap: anywhere; }
    }
    .idle { display: flex; align-items: center; gap: 12px; }
    .log { border: 0; background: none; padding: 0 2px; color: var(--os-brand-text); cursor: pointer; }
    .parent > td { border-bottom-color: transparent; }
    .member > td { background: var(--os-sunken); padding-top: 6px; padding-bottom: 6px; }
    .rank { padding-left: 16px; font-size: 12px; color: var(--os-text-2); }
    .trouble { margin-top: 16px; }
    .trouble h3 { margin: 0 0 8px; font-size: 13px; }
    .since { font-size: 12px; color: var(--os-text-3); }
  `,
})
export class ServiceInstances {
  protected readonly context = inject(ServiceContext);
  private readonly live = inject(LiveStore);
  private readonly refusals = inject(FailureToast);
  private readonly api = inject(Api);
  private readonly deletion = inject(DeleteService);
  private readonly confirm = inject(ConfirmDialog);
  private readonly message = inject(NzMessageService);
  private readonly transloco = inject(TranslocoService);

  protected readonly deeds = inject(ServiceDeeds);

  protected readonly words = inject(DiagnosisWords);
  protected readonly memberShown = memberShown;
  protected readonly mayRetry = mayRetry;
  protected readonly instanceTone = instanceTone;
  protected readonly healthTone = healthTone;
  protected readonly progressDetail = progressDetail;
  protected readonly checking = signal<ReadonlySet<string>>(new Set());
  protected readonly outcome = signal<CheckOutcome | null>(null);
  protected readonly rows = computed(() => {
    const nodes = new Map(this.live.nodes().map((node) => [node.id, node]));
    return [...(this.context.service()?.instances ?? [])]
      .sort((a, b) => a.slot - b.slot)
      .map((instance) => ({
        instance,
        shown: instanceShown(instance),
        onItsWay: isOnItsWay(instance),
        short: shortId(instance.id),
        usage: instance.nodeId === null ? null : instanceUsage(instance, nodes.get(instance.nodeId)),
        running: instance.state === 'running' || instance.health === 'hung' || instance.health === 'dead',
        members: [...instance.members].sort((a, b) => a.rank - b.rank),
        diagnosis: instance.state === 'failed' || instance.health === 'hung' ? instance.diagnosis : null,
        nodeKnown: instance.nodeId !== null && nodes.has(instance.nodeId),
      }));
  });

  protected readonly troubled = computed(() => this.rows().filter(({ shown, diagnosis }) => shown === 'failed' || diagnosis !== null));

  /** `GPU_0, GPU_1`; empty on the processor. */
  protected cardsOf(indexes: readonly number[]): string {
    return indexes.map((index) => `GPU_${index}`).join(', ');
  }

  protected relaunch(service: Service, proposed: Partial<RunSettings>, lead: string): void {
    void this.deeds.relaunch(service, proposed, lead);
  }

  protected async check(instance: Instance): Promise<void> {
    this.checking.update((ids) => new Set([...ids, instance.id]));
    try {
      this.outcome.set({ instance, result: await this.api.post('/instances/{id}/check', { params: { id: instance.id } }) });
    } catch (thrown) {
      this.outcome.set({ instance, failure: ApiFailure.from(thrown) });
    } finally {
      this.checking.update((ids) => new Set([...ids].filter((id) => id !== instance.id)));
    }
  }

  protected async remove(service: Service, instance: Instance): Promise<void> {
    const calls = await this.deletion.callsLastHour(service.id);
    const words = (key: string, values: object = {}) => this.transloco.translate(`services.removeInstance.${key}`, values);
    const last = isLastReady(service, instance.id);
    const confirmed = await this.confirm.confirm({
      title: words('title', { id: shortId(instance.id) }),
      consequences: [
        words('stops', { node: instance.nodeName ?? '–', count: Math.max(0, service.wantedInstances - 1) }),
        words(last ? 'last' : 'others'),
        ...(last && calls !== null && calls > 0 ? [words('calls', { count: calls })] : []),
      ],
      danger: true,
      action: words('confirm'),
    });
    if (!confirmed) return;
    try {
      await this.api.delete('/services/{id}/instances/{instanceId}', { params: { id: service.id, instanceId: instance.id } });
      this.message.success(words('done'));
    } catch (thrown) {
      this.refusals.show(thrown);
    }
  }
}
