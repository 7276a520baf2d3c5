import { waitFor } from '@openstation/kit';
import type { Cluster } from './cluster/index.js';

export interface HolderView {
  readonly nodeId: string;
  readonly nodeName: string;
  readonly bytes: number;
  readonly totalBytes: number;
  readonly state: 'complete' | 'fetching' | 'partial' | 'in-place' | 'damaged';
  readonly inUse: boolean;
  readonly verifiedAt: string | null;
  readonly fromController: number;
  readonly fromNodes: number;
}

export interface OperationView {
  readonly id: string;
  readonly state: string;
  readonly percent: number;
  readonly failure: string | null;
  readonly steps: readonly { readonly id: string; readonly state: string; readonly message: string }[];
}

/** Models on nodes, the way an administrator moves them. */
export class Distribution {
  constructor(private readonly cluster: () => Cluster) {}

  holders(modelId: string): Promise<HolderView[]> {
    return this.cluster().admin.rest.get(`/models/${modelId}/nodes`);
  }

  async nodeIds(): Promise<string[]> {
    return (await this.cluster().admin.nodes()).map(({ id }) => id);
  }

  /** Bytes a second of the controller and of each node. */
  async limit(bytesPerSecond: number | null): Promise<void> {
    await this.cluster().admin.rest.patch('/settings/hubs', { distributionBytesPerSecond: bytesPerSecond });
  }

  prefetch(modelId: string, nodeIds: readonly string[]): Promise<OperationView> {
    return this.cluster().admin.rest.post(`/models/${modelId}/prefetch`, { nodeIds });
  }

  verify(modelId: string, wish: { library: boolean; nodeIds: readonly string[] }): Promise<OperationView> {
    return this.cluster().admin.rest.post(`/models/${modelId}/verify`, wish);
  }

  evict(modelId: string, nodeId: string): Promise<HolderView> {
    return this.cluster().admin.rest.delete(`/models/${modelId}/nodes/${nodeId}`);
  }

  /** The operation once it is over. */
  over({ id }: Pick<OperationView, 'id'>, timeoutMs: number): Promise<OperationView> {
    return waitFor(
      async () => {
        const now = await this.cluster().admin.rest.get<OperationView>(`/operations/${id}`);
        return now.state === 'running' || now.state === 'queued' ? undefined : now;
      },
      { what: 'the end of the operation', timeoutMs, everyMs: 100 },
    );
  }

  /** Holders once they are as wished. */
  until(modelId: string, what: string, fits: (holders: readonly HolderView[]) => boolean, timeoutMs = 30_000): Promise<HolderView[]> {
    return waitFor(
      async () => {
        const holders = await this.holders(modelId);
        return fits(holders) ? holders : undefined;
      },
      { what, timeoutMs, everyMs: 100 },
    );
  }
}
