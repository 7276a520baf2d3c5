import type { NodeRemovalPreview } from '../../api';

export interface RemovalOptions {
  readonly drain: boolean;
  readonly removeEngines: boolean;
  readonly removeCaches: boolean;
  readonly removeAgent: boolean;
}

/** What is ticked at first: instances move away before anything stops, and the server is left as it was found. */
export function firstOptions({ reachable, instances }: NodeRemovalPreview): RemovalOptions {
  return { drain: reachable && instances.length > 0, removeEngines: reachable, removeCaches: false, removeAgent: reachable };
}

/** True when a name has to be typed: a service stops answering, and draining is not there to prevent it. */
export function needsName(preview: NodeRemovalPreview, { drain }: RemovalOptions): boolean {
  return preview.outages.length > 0 && !drain;
}

/** The query of the call. Of a dead server nothing can be cleaned; with instances and no drain it has to be forced. */
export function removalQuery(preview: NodeRemovalPreview, options: RemovalOptions): Record<'force' | 'drain' | 'removeEngines' | 'removeCaches' | 'removeAgent', string> {
  const { reachable, instances } = preview;
  const only = (wanted: boolean) => String(reachable && wanted);
  return {
    force: String(instances.length > 0 && !(reachable && options.drain)), drain: only(options.drain && instances.length > 0),
    removeEngines: only(options.removeEngines), removeCaches: only(options.removeCaches), removeAgent: only(options.removeAgent),
  };
}

/** What stays on the server and has to be known: a machine that nobody can reach keeps everything. */
export function staysBehind({ reachable, cachedModels }: NodeRemovalPreview, options: RemovalOptions): readonly string[] {
  if (!reachable) return ['nodes.remove.stays.everything'];
  return [
    ...(options.removeEngines ? [] : ['nodes.remove.stays.engines']),
    ...(options.removeCaches || cachedModels.length === 0 ? [] : ['nodes.remove.stays.caches']),
    ...(options.removeAgent ? [] : ['nodes.remove.stays.agent']),
  ];
}
