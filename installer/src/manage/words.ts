/** "4.9 TB", "38 GB", "512 MB": binary steps, as the console shows them. */
export function bytes(count: number | null): string {
  if (count === null) return '-';
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  const step = Math.min(units.length - 1, count < 1 ? 0 : Math.floor(Math.log2(count) / 10));
  const value = count / 1024 ** step;
  return `${value >= 10 || step === 0 ? Math.round(value) : value.toFixed(1)} ${units[step] ?? ''}`;
}

/** `5% (9 GB / 187 GB)`, or `-` when nothing was measured. */
export function usage(used: number | null, total: number): string {
  return used === null || total === 0 ? '-' : `${Math.round((used / total) * 100)}% (${bytes(used)} / ${bytes(total)})`;
}

export function percent(value: number): string {
  return `${value.toFixed(2).replace(/\.?0+$/, '')}%`;
}

/** `NVIDIA-A100-PCIE-40GB ×2`, kinds joined by a plus. */
export function cards(gpus: readonly { readonly name: string; readonly memoryBytes: number }[]): string {
  const counts = new Map<string, number>();
  for (const { name, memoryBytes } of gpus) {
    const kind = `${name} ${bytes(memoryBytes)}`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${kind} ×${count}`).join(' + ') || '-';
}

/** A moment of the controller in the terminal's own time; `-` for never. */
export function moment(instant: string | null): string {
  return instant === null ? '-' : new Date(instant).toLocaleString('sv-SE');
}
