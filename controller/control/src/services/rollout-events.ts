import type { InstanceRow } from '../instances/index.js';
import type { ServiceEvent } from './service-events.js';
import type { ServiceAction } from './service-facts.js';
import type { ServiceRow } from './services.store.js';

/** What the timeline says of something the service loop does; undefined where it is no news. */
export function eventOf(action: ServiceAction, service: ServiceRow, rows: readonly InstanceRow[]): ServiceEvent | undefined {
  if (action.kind === 'create') {
    const { slot: { slot }, revision, attempt } = action;
    const again = attempt > 0 ? `, try ${attempt + 1}` : '';
    return { code: 'instance-created', message: `instance ${slot + 1} is started (revision ${revision}${again})`, details: { slot, revision, attempt } };
  }
  if (action.kind === 'wake' || action.kind === 'remove-service') return undefined;
  const row = rows.find(({ id }) => id === action.instanceId);
  if (!row) return undefined;
  const about = { instanceId: row.id, details: { slot: row.slot, revision: row.revision, nodeId: row.nodeId } };
  const name = `instance ${row.slot + 1} (revision ${row.revision})`;
  if (action.kind === 'reinstate') return { ...about, code: 'instance-reinstated', message: `${name} gets calls again` };
  if (action.kind === 'stop') return { ...about, code: 'instance-stopped', message: `${name} is stopped` };
  const alone = !rows.some((other) => other.id !== row.id && other.desired === 'run' && other.ready && other.retiredAt === null);
  const outage = alone && service.stoppedAt === null;
  return { ...about, code: 'instance-retired', severity: outage ? 'warning' : 'info', message: `${name} gets no new calls and finishes what it is answering${outage ? '; no other one is ready, calls fail until then' : ''}` };
}
