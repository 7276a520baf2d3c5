import { Injectable } from '@nestjs/common';
import { isEnded, sameWish, type InstanceRow } from '../instances/index.js';
import { ModelRepository } from '../models/index.js';
import { PlanInputs, planDeployment, planModel } from '../scheduler/index.js';
import type { ServiceRow } from './services.store.js';

/** Finds out whether a successor that waits for a place would get one if what it replaces went first. */
@Injectable()
export class RoomToMake {
  constructor(
    private readonly models: ModelRepository,
    private readonly inputs: PlanInputs,
  ) {}

  /** Ids of outdated instances in whose slot a new one waits that would fit without them. */
  async makingRoom(service: ServiceRow, rows: readonly InstanceRow[]): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for (const waiting of rows) {
      if (waiting.desired !== 'run' || waiting.state !== 'pending' || waiting.phase !== 'no-place' || !sameWish(waiting.wish, service)) continue;
      const old = rows.find((row) => row.slot === waiting.slot && row.desired === 'run' && !isEnded(row.state) && row.nodeId !== null && !sameWish(row.wish, service));
      if (old && (await this.#wouldFit(waiting, old))) found.add(old.id);
    }
    return found;
  }

  async #wouldFit({ modelId, wish, wishedNodeIds, serviceId }: InstanceRow, old: InstanceRow): Promise<boolean> {
    const model = await this.models.get(modelId);
    if (!model) return false;
    return planDeployment({ ...wish, nodeIds: wishedNodeIds }, planModel(model), await this.inputs.planNodes(serviceId, new Set([old.id]))).fits;
  }
}
