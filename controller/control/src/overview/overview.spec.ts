import { describe, expect, it } from 'vitest';
import { overviewOf, type OverviewInput } from './overview.js';

const usage = { requestsPerMinute: 3, ttftP95Ms: 80 } as OverviewInput['usage'];
const gpu = (memoryUsedBytes: number | null) => ({ memoryBytes: 100, memoryUsedBytes });

describe('the overview', () => {
  it('counts an empty cluster', () => {
    expect(overviewOf({ nodes: [], services: [], models: [], operations: [], usage })).toMatchObject({ nodes: { total: 0 }, gpus: { total: 0, memoryUsedBytes: null }, requestsPerMinute: 3 });
  });

  it('leaves removed nodes out, and says nothing of memory that nobody measured', () => {
    const nodes = [
      { state: 'healthy', gpus: [gpu(40), gpu(null)] }, { state: 'suspect', gpus: [] }, { state: 'unreachable', gpus: [gpu(null)] }, { state: 'removed', gpus: [gpu(7)] },
    ] as unknown as OverviewInput['nodes'];
    const services = [{ state: 'ready' }, { state: 'degraded' }, { state: 'stopped' }] as unknown as OverviewInput['services'];
    const operations = [{ state: 'running' }, { state: 'queued' }, { state: 'failed' }] as unknown as OverviewInput['operations'];
    const models = [{ state: 'ready' }, { state: 'importing' }] as unknown as OverviewInput['models'];
    expect(overviewOf({ nodes, services, models, operations, usage })).toEqual({
      nodes: { total: 3, healthy: 1, suspect: 1, unreachable: 1 }, gpus: { total: 3, memoryBytes: 300, memoryUsedBytes: 40 },
      services: { total: 3, ready: 1, deploying: 0, degraded: 1, failed: 0 }, models: { total: 2, ready: 1 }, requestsPerMinute: 3, ttftP95Ms: 80, brakeSince: null, runningOperations: 2,
    });
  });
});
