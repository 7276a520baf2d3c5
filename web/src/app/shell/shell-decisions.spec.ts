import { describe, expect, it } from 'vitest';
import type { Overview, Permission } from '../api';
import { healthOf } from './health';
import { anOperation } from '../../test/fixtures';
import { menuFor } from './menu-entries';
import { operationLink, trayOrder } from './operation-link';
import { search, type PaletteEntry } from './palette-entries';

const user: Permission[] = ['services.read', 'keys.own', 'usage.own'];
const all: Permission[] = [...user, 'nodes.read', 'models.read', 'users.read', 'settings.read', 'usage.any'];

describe('menuFor', () => {
  it('shows a plain user services, usage and keys', () => {
    expect(menuFor(user).map(({ key }) => key)).toEqual(['services', 'usage', 'keys']);
  });

  it('shows an administrator the cluster, with keys in the account menu', () => {
    expect(menuFor(all).map(({ key }) => key)).toEqual(['home', 'services', 'models', 'nodes', 'usage', 'users', 'settings']);
  });
});

describe('healthOf', () => {
  const well: Overview = {
    nodes: { total: 3, healthy: 3, suspect: 0, unreachable: 0 }, gpus: { total: 4, memoryBytes: 1, memoryUsedBytes: 0 }, services: { total: 2, ready: 2, deploying: 0, degraded: 0, failed: 0 },
    models: { total: 1, ready: 1 }, requestsPerMinute: 0, ttftP95Ms: null, runningOperations: 0,
  };

  it('says how much there is while all is well', () => {
    expect(healthOf(well)).toMatchObject({ tone: 'ok', parts: [{ key: 'shell.health.nodes', count: 3 }, { key: 'shell.health.gpus', count: 4 }, { key: 'shell.health.well' }] });
  });

  it('says what is wrong, the worst first', () => {
    const health = healthOf({ ...well, nodes: { ...well.nodes, suspect: 1 }, services: { ...well.services, failed: 2 } });
    expect(health.tone).toBe('bad');
    expect(health.parts.map(({ key }) => key)).toEqual(['shell.health.failed', 'shell.health.suspect']);
  });

  it('does not call an empty cluster well', () => {
    expect(healthOf({ ...well, nodes: { total: 0, healthy: 0, suspect: 0, unreachable: 0 } }).tone).toBe('idle');
  });
});

describe('search', () => {
  const entries: PaletteEntry[] = [
    { kind: 'service', name: 'my-qwen', detail: 'Qwen3-8B', path: '/services/1', icon: '' },
    { kind: 'model', name: 'Qwen3-8B', detail: 'qwen3', path: '/models/1', icon: '' },
    { kind: 'node', name: 'gpu-1', detail: '10.0.0.2', path: '/nodes/1', icon: '' },
  ];

  it('puts names that start with the words first', () => expect(search(entries, 'qwen').map(({ path }) => path)).toEqual(['/models/1', '/services/1']));
  it('needs every word', () => expect(search(entries, 'my 8b').map(({ path }) => path)).toEqual(['/services/1']));
  it('finds addresses', () => expect(search(entries, '10.0.0')).toHaveLength(1));
  it('shows everything for nothing', () => expect(search(entries, ' ')).toHaveLength(3));
});

describe('the tray', () => {
  it('shows what waits for a person first, then what runs', () => {
    const ids = trayOrder([anOperation({ id: 'done', state: 'succeeded' }), anOperation({ id: 'runs' }), anOperation({ id: 'waits', state: 'waiting' }), anOperation({ id: 'queued', state: 'queued' })]).map(({ id }) => id);
    expect(ids).toEqual(['waits', 'runs', 'queued', 'done']);
  });
  it('leads to where a job is looked after', () => {
    expect([operationLink(anOperation()), operationLink(anOperation({ kind: 'drain-node' })), operationLink(anOperation({ kind: 'remove-node' }))]).toEqual(['/nodes/n1/setup', '/nodes/n1', null]);
  });
});
