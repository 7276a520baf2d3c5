import { Injectable } from '@nestjs/common';
import { NodeRepository } from '../nodes/index.js';
import { InstanceRepository } from './instance.repository.js';

/** A ready instance and the data port of its node. */
export interface RoutableInstance {
  readonly instanceId: string;
  readonly serviceId: string;
  readonly serviceName: string;
  readonly nodeId: string;
  readonly nodeName: string;
  readonly address: string;
  readonly port: number;
  /** Name the engine was told to answer to. */
  readonly engineModel: string;
}

/** Instances for those who send requests to them. */
@Injectable()
export class InstanceCatalogue {
  constructor(
    private readonly instances: InstanceRepository,
    private readonly nodes: NodeRepository,
  ) {}

  /** Ready instances. One whose node is silent stays in: only the gateway can tell whether its data port still answers. */
  async routable(): Promise<RoutableInstance[]> {
    const [rows, nodes] = await Promise.all([this.instances.list(), this.nodes.list()]);
    const nodeById = new Map(nodes.map((node) => [node.id, node]));
    return rows.flatMap((row) => {
      const node = row.nodeId === null ? undefined : nodeById.get(row.nodeId);
      const address = node?.addresses[0];
      if (!node || address === undefined || node.dataPort === 0) return [];
      if (row.state !== 'running' || !row.ready || row.desired !== 'run' || row.retiredAt !== null) return [];
      return [{
        instanceId: row.id, serviceId: row.serviceId, serviceName: row.serviceName, nodeId: node.id, nodeName: node.name,
        address, port: node.dataPort, engineModel: row.intent?.serviceName ?? row.serviceName,
      }];
    });
  }
}
