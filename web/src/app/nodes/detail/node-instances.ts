import { Component, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzTableModule } from 'ng-zorro-antd/table';
import { BytesPipe, CopyText, RelativeTime, StateTag } from '../../ui-kit';
import { instanceTone } from '../node-state';
import { NodeContext } from './node-context';

/** The instances of services on the node. */
@Component({
  selector: 'os-node-instances',
  imports: [RouterLink, TranslocoDirective, NzTableModule, BytesPipe, CopyText, RelativeTime, StateTag],
  template: `
    <section class="card" *transloco="let t">
      <h2>{{ t('nodes.instances.title') }}</h2>
      @if (context.instances().length > 0) {
        <nz-table [nzData]="$any(context.instances())" [nzFrontPagination]="false" [nzShowPagination]="false" nzSize="small" nzTableLayout="auto" [nzScroll]="{ x: '700px' }">
          <thead><tr><th>{{ t('nodes.instances.service') }}</th><th>{{ t('nodes.instances.id') }}</th><th>GPU</th><th class="num">{{ t('nodes.instances.memory') }}</th><th>{{ t('nodes.instances.state') }}</th><th>{{ t('nodes.instances.since') }}</th></tr></thead>
          <tbody>
            @for (row of context.instances(); track row.instance.id) {
              <tr>
                <td><a class="service" [routerLink]="['/services', row.service.id]" [title]="row.service.name">{{ row.service.name }}</a></td>
                <td><os-copy [text]="row.instance.id" [label]="row.instance.id.slice(0, 18)" [mono]="true" /></td>
                <td>{{ row.instance.gpuIndexes.length > 0 ? row.instance.gpuIndexes.join(', ') : 'CPU' }}</td>
                <td class="num">{{ row.instance.memoryBytes | bytes }}</td>
                <td><os-state-tag [tone]="row.instance.unknown ? 'warn' : tones[row.instance.state]" [label]="t(row.instance.unknown ? 'nodes.instances.unknown' : 'nodes.instances.' + row.instance.state)" /></td>
                <td><os-time [at]="row.instance.stateSince" /></td>
              </tr>
            }
          </tbody>
        </nz-table>
      } @else {<p class="card-body muted none">{{ t('nodes.instances.none') }}</p>}
    </section>
  `,
  styles: `.none { margin: 0; } .service { display: block; max-width: 280px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }`,
})
export class NodeInstances {
  protected readonly context = inject(NodeContext);
  protected readonly tones = instanceTone;
}
