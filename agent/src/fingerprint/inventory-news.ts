import type { Inventory } from '@openstation/proto';

/** Sizes of file systems that share their space change all the time; a twentieth is no news. */
const SIZE_NOISE = 0.05;

/** Whether an inventory says anything that the last one told did not. */
export class InventoryNews {
  #told: Inventory | undefined;

  told(inventory: Inventory): void {
    this.#told = inventory;
  }

  isNews(inventory: Inventory): boolean {
    const before = this.#told;
    return before === undefined || withoutSizes(before) !== withoutSizes(inventory) || sizes(inventory).some((bytes, at) => !alike(bytes, sizes(before)[at] ?? 0));
  }
}

function withoutSizes(inventory: Inventory): string {
  return JSON.stringify({ ...inventory, diskBytes: 0, modelDiskBytes: 0, disks: inventory.disks.map((disk) => ({ ...disk, bytes: 0 })) });
}

function sizes(inventory: Inventory): number[] {
  return [inventory.diskBytes, inventory.modelDiskBytes, ...inventory.disks.map((disk) => disk.bytes)];
}

function alike(a: number, b: number): boolean {
  return Math.abs(a - b) <= SIZE_NOISE * Math.max(a, b);
}
