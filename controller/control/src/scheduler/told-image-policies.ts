import { Injectable, type OnModuleInit } from '@nestjs/common';
import { NodeImagePolicies, type NodeImagePolicy } from '../engines/index.js';
import { NodeRepository, type NodeRow } from '../nodes/index.js';

/** Passes on what agents told of their nodes' policy files. */
@Injectable()
export class ToldImagePolicies implements OnModuleInit {
  constructor(
    private readonly policies: NodeImagePolicies,
    private readonly nodes: NodeRepository,
  ) {}

  onModuleInit(): void {
    this.policies.provide(async () => (await this.nodes.list()).flatMap(policiesOf));
  }
}

function policiesOf({ id, name, inventory }: NodeRow): NodeImagePolicy[] {
  return (inventory?.engines ?? []).filter(({ driver }) => driver === 'docker').map(({ engine, version, repositories = [], digestOnly = false }) => ({
    nodeId: id, nodeName: name, arch: inventory?.arch ?? '', engine, image: version, repositories: repositories.length > 0 ? repositories : undefined, digestOnly,
  }));
}
