import { Component, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzTableModule } from 'ng-zorro-antd/table';
import { CopyText, StateTag } from '../../ui-kit';
import { NodeContext } from './node-context';
import { NodeInstances } from './node-instances';

/** What runs on the node: instances of services, and engines that no service asks for. */
@Component({
  selector: 'os-node-workloads',
  imports: [TranslocoDirective, NzTableModule, CopyText, NodeInstances, StateTag],
  template: `
    <os-node-instances />
    <section class="card" *transloco="let t">
      <h2>{{ t('nodes.orphan.title') }}</h2>
      @if (context.node()?.orphans; as orphans) {
        @if (orphans.length > 0) {
          <p class="card-body muted lead">{{ t('nodes.orphan.lead') }}</p>
          <nz-table [nzData]="$any(orphans)" [nzFrontPagination]="false" [nzShowPagination]="false" nzSize="small" nzTableLayout="auto" [nzScroll]="{ x: '640px' }">
            <thead><tr><th>{{ t('nodes.orphan.handle') }}</th><th>{{ t('nodes.orphan.engine') }}</th><th>{{ t('nodes.instances.id') }}</th><th>{{ t('nodes.instances.state') }}</th></tr></thead>
            <tbody>
              @for (orphan of orphans; track orphan.handle) {
                <tr>
                  <td><os-copy [text]="orphan.handle" [mono]="true" /></td><td>{{ orphan.engine || '–' }}</td>
                  <td>@if (orphan.instanceId) {<os-copy [text]="orphan.instanceId" [label]="orphan.instanceId.slice(0, 18)" [mono]="true" />} @else {–}</td>
                  <td><os-state-tag [tone]="orphan.running ? 'busy' : 'idle'" [label]="t(orphan.running ? 'nodes.orphan.running' : 'nodes.instances.stopped')" /></td>
                </tr>
              }
            </tbody>
          </nz-table>
        } @else {<p class="card-body muted lead">{{ t(context.node()?.orphanCount ? 'nodes.orphans' : 'nodes.orphan.none', { count: context.node()?.orphanCount }) }}</p>}
      }
    </section>
  `,
  styles: `.lead { margin: 0; }`,
  host: { class: 'stack' },
})
export class NodeWorkloads {
  protected readonly context = inject(NodeContext);
}
