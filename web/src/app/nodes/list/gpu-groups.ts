import type { Gpu } from '../../api';
import { formatBytes } from '../../ui-kit';

export interface GpuGroup {
  readonly label: string;
  readonly count: number;
}

/** Cards of one kind together, named in one word with their memory: `NVIDIA-A100-PCIE-40GB ×2`, `NVIDIA-L4-24GB ×1`. */
export function gpuGroups(gpus: readonly Gpu[]): readonly GpuGroup[] {
  const counts = new Map<string, number>();
  for (const gpu of gpus) {
    const named = /\d\s?GB/i.test(gpu.name) ? gpu.name : `${gpu.name} ${formatBytes(gpu.memoryBytes).replace(' ', '')}`;
    const label = named.trim().replaceAll(/\s+/g, '-');
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].map(([label, count]) => ({ label, count }));
}
