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

/** A named image asks for Docker; a node with a local program only still holds the order against its policy. */
export function policiesOf({ id, name, inventory }: NodeRow): NodeImagePolicy[] {
  const told = inventory?.engines ?? [];
  const one = told.filter(({ engine, driver, repositories = [] }) => driver === 'docker' || (repositories.length > 0 && !told.some((other) => other.engine === engine && other.driver === 'docker')));
  return one.map(({ engine, driver, version, repositories = [], digestOnly = false }) => ({
    nodeId: id, nodeName: name, arch: inventory?.arch ?? '', engine, image: driver === 'docker' ? version : '', repositories: repositories.length > 0 ? repositories : undefined, digestOnly,
  }));
}
