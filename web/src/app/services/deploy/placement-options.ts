import type { Model, Node } from '../../api';
import type { Mode } from './deploy-draft';

export interface ModeOption {
  readonly mode: Mode;
  /** Why the mode cannot be chosen, as a word of the translation files; null when it can. */
  readonly blocked: 'noGpu' | 'oneGpuNode' | 'format' | 'noNode' | null;
}

export interface NodeOption {
  readonly node: Node;
  /** Why the node cannot be chosen now; null when it can. */
  readonly blocked: 'joining' | 'suspect' | 'unreachable' | 'removed' | 'noGpu' | null;
}

/** Which modes make sense with the nodes and the model at hand; the impossible ones stay visible with their reason. */
export function modeOptions(nodes: readonly Node[], model: Model | null): readonly ModeOption[] {
  const healthy = nodes.filter((node) => node.state === 'healthy');
  const withGpu = healthy.filter((node) => node.gpus.length > 0);
  return [
    { mode: 'single', blocked: withGpu.length === 0 ? 'noGpu' : null },
    { mode: 'distributed', blocked: distributedBlock(withGpu.length, model) },
    { mode: 'cpu', blocked: healthy.length === 0 ? 'noNode' : null },
  ];
}

function distributedBlock(gpuNodes: number, model: Model | null): ModeOption['blocked'] {
  if (gpuNodes === 0) return 'noGpu';
  if (gpuNodes === 1) return 'oneGpuNode';
  // One instance over several nodes needs vLLM, which takes safetensors only.
  return model?.format === 'gguf' ? 'format' : null;
}

/** Every node, the choosable ones first, each with the reason when it is not. */
export function nodeOptions(nodes: readonly Node[], mode: Mode | null): readonly NodeOption[] {
  return nodes
    .map((node) => ({ node, blocked: nodeBlock(node, mode) }))
    .sort((a, b) => Number(a.blocked !== null) - Number(b.blocked !== null) || a.node.name.localeCompare(b.node.name));
}

function nodeBlock(node: Node, mode: Mode | null): NodeOption['blocked'] {
  if (node.state !== 'healthy') return node.state;
  if ((mode === 'single' || mode === 'distributed') && node.gpus.length === 0) return 'noGpu';
  return null;
}

export function eligibleNodeIds(nodes: readonly Node[], mode: Mode | null): ReadonlySet<string> {
  return new Set(nodeOptions(nodes, mode).filter((option) => option.blocked === null).map((option) => option.node.id));
}
