import type { EngineDriver } from '../driver.js';

/** The Docker driver, loaded only on nodes that have Docker: its client costs 10 MB of memory. */
export async function openDockerDriver(socketPath: string, root: string, clusterId: string): Promise<EngineDriver> {
  const { DockerDriver } = await import('./docker-driver.js');
  return new DockerDriver(socketPath, root, clusterId);
}
