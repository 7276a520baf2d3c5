import { Injectable } from '@nestjs/common';
import { ApiError } from '../http/index.js';
import { InstanceRepository, holdsResources } from '../instances/index.js';
import { ModelRepository } from '../models/index.js';
import { PlanInputs, planAll, planModel, withoutNodes, type Affected, type Plan, type StandingInstance } from '../scheduler/index.js';
import type { ServiceRequest } from './deployment.js';

export interface WhatIfAnswer {
  plans: Plan[];
  affected: (Omit<Affected, 'reasons'> & { reasons: string[] })[];
}

/** What would fit, and what would break: the scheduler's own planning over the cluster as it is. Changes nothing. */
@Injectable()
export class WhatIf {
  constructor(
    private readonly models: ModelRepository,
    private readonly instances: InstanceRepository,
    private readonly inputs: PlanInputs,
  ) {}

  /** New services are planned on what is left without the nodes. @throws ApiError when a model or node is not there */
  async answer(add: readonly ServiceRequest[], withoutNodeIds: readonly string[]): Promise<WhatIfAnswer> {
    const [models, nodes, standing] = await Promise.all([this.models.list(), this.inputs.planNodes(), this.#standing()]);
    const strange = withoutNodeIds.find((wanted) => !nodes.some(({ id }) => id === wanted));
    if (strange !== undefined) throw new ApiError('bad-request', `no node has the id ${strange}`, { field: 'withoutNodeIds' });
    const wishes = add.map((request, index) => {
      const model = models.find(({ id }) => id === request.modelId);
      if (!model) throw new ApiError('bad-request', 'no model has this id', { field: `add.${index}.modelId` });
      const { mode, engine, parameters, nodeIds, cards, contextLength, parallel, networkInterface } = request;
      const wish = { request: { mode, engine, parameters, nodeIds, cards, contextLength, parallel, networkInterface }, model: planModel(model) };
      return Array.from({ length: request.instances }, () => wish);
    });
    const gone = new Set(withoutNodeIds);
    const { plans } = planAll(wishes.flat(), nodes.filter(({ id }) => !gone.has(id)));
    return { plans: [...plans], affected: withoutNodes(gone, standing, nodes).map((one) => ({ ...one, reasons: [...one.reasons] })) };
  }

  async #standing(): Promise<StandingInstance[]> {
    const [rows, models] = await Promise.all([this.instances.list(), this.models.list()]);
    return rows.flatMap((row) => {
      const model = models.find(({ id }) => id === row.modelId);
      if (row.nodeId === null || row.desired !== 'run' || !holdsResources(row.state) || !model) return [];
      const { serviceId, serviceName, nodeId, gpuUuids, needBytes, ready, wish } = row;
      return [{ serviceId, serviceName, nodeId, gpuUuids, needBytes, ready, request: { ...wish, nodeIds: row.wishedNodeIds }, model: planModel(model) }];
    });
  }
}
