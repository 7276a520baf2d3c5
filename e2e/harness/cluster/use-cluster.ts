import { afterAll, afterEach, beforeAll } from 'vitest';
import { Cluster, type ClusterOptions } from './cluster.js';

/**
 * One cluster for the tests of a `describe`: started before them, stopped (and checked for leftovers) after
 * them; the logs of a failed test are kept in e2e/artifacts/failures.
 */
export function useCluster(options: () => ClusterOptions | Promise<ClusterOptions> = () => ({})): () => Cluster {
  let cluster: Cluster | undefined;
  beforeAll(async () => {
    cluster = await Cluster.start(await options());
  });
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') cluster?.keepLogs(task.name);
  });
  afterAll(async () => {
    await cluster?.stop();
  });
  return () => {
    if (cluster === undefined) throw new Error('the cluster is not started yet: ask for it inside a test');
    return cluster;
  };
}
