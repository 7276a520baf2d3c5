import { describe, expect, it } from 'vitest';
import type { PlanModel, PlanNode, PlanRequest } from './plan-types.js';
import { planAll, withoutNodes, type StandingInstance } from './what-if.js';

const GIB = 2 ** 30;
const model: PlanModel = { format: 'gguf', dataType: null, quantisation: null, weightsBytes: 8 * GIB, contextLength: 4096, shape: null };
const request: PlanRequest = { mode: undefined, engine: undefined, parameters: '', nodeIds: [], contextLength: undefined, parallel: undefined };
const node = (id: string, gib = 16): PlanNode => ({ id, name: id, state: 'healthy', memoryBytes: gib * GIB, cores: 8, usedBytes: null, reservedBytes: 0, engines: ['llama-cpp'], cards: [], ownInstances: 0, instances: 0 });
const standing = (serviceId: string, nodeId: string, ready = true): StandingInstance => ({ serviceId, serviceName: serviceId, nodeId, gpuUuids: [], needBytes: 11 * GIB, ready, request, model });

describe('what if', () => {
  it('plans one after another: each takes what the next cannot have', () => {
    const { plans } = planAll([{ request, model }, { request, model }, { request, model }], [node('a'), node('b')]);
    expect(plans.map(({ fits, placements }) => (fits ? placements[0]?.nodeId : 'none'))).toEqual(['a', 'b', 'none']);
  });

  it('tells what breaks when a node goes, and what finds another place', () => {
    const nodes = [node('a', 32), node('b')];
    const affected = withoutNodes(new Set(['a']), [standing('chat', 'a'), standing('mail', 'a'), standing('mail', 'b')], nodes);
    expect(affected).toEqual([
      { serviceId: 'chat', serviceName: 'chat', instances: 1, movable: 1, outage: false, reasons: [] },
      { serviceId: 'mail', serviceName: 'mail', instances: 1, movable: 0, outage: false, reasons: [expect.stringContaining('no node can carry it')] },
    ]);
  });

  it('calls it an outage when nothing stays and nothing moves', () => {
    expect(withoutNodes(new Set(['a']), [standing('chat', 'a')], [node('a')])[0]).toMatchObject({ movable: 0, outage: true });
    expect(withoutNodes(new Set(['a']), [standing('chat', 'a'), standing('chat', 'b', false)], [node('a'), node('b', 2)])[0]).toMatchObject({ outage: true });
  });
});
