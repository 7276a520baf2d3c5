import { describe, expect, it } from 'vitest';
import type { NodeRemovalPreview } from '../../api';
import { firstOptions, needsName, removalQuery, staysBehind } from './remove-options';

const preview = (change: Partial<NodeRemovalPreview> = {}): NodeRemovalPreview => ({
  refusal: '', reachable: true, instances: [{ id: 'i1', serviceName: 'qwen3', state: 'running', lastReady: true }], outages: ['qwen3'], cachedModels: [{ modelId: 'm', name: 'Qwen3', bytes: 5 }], cachedBytes: 5, ...change,
});

describe('removing a node', () => {
  it('drains first and cleans up, but keeps model files that were slow to come', () => {
    expect(firstOptions(preview())).toEqual({ drain: true, removeEngines: true, removeCaches: false, removeAgent: true });
    expect(removalQuery(preview(), firstOptions(preview()))).toEqual({ force: 'false', drain: 'true', removeEngines: 'true', removeCaches: 'false', removeAgent: 'true' });
  });
  it('asks for the name only when a service would stop answering', () => {
    const options = { ...firstOptions(preview()), drain: false };
    expect([needsName(preview(), firstOptions(preview())), needsName(preview(), options), needsName(preview({ outages: [] }), options)]).toEqual([false, true, false]);
    expect(removalQuery(preview(), options)).toMatchObject({ force: 'true', drain: 'false' });
  });
  it('promises nothing of a dead server', () => {
    const dead = preview({ reachable: false });
    expect(removalQuery(dead, { drain: true, removeEngines: true, removeCaches: true, removeAgent: true })).toEqual({ force: 'true', drain: 'false', removeEngines: 'false', removeCaches: 'false', removeAgent: 'false' });
    expect(staysBehind(dead, firstOptions(dead))).toEqual(['nodes.remove.stays.everything']);
    expect(needsName(dead, firstOptions(dead))).toBe(true);
  });
  it('says what stays', () => expect(staysBehind(preview(), { drain: true, removeEngines: false, removeCaches: false, removeAgent: true })).toEqual(['nodes.remove.stays.engines', 'nodes.remove.stays.caches']));
});
