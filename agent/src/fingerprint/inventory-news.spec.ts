import { Inventory } from '@openstation/proto';
import { expect, it } from 'vitest';
import { InventoryNews } from './inventory-news.js';

const base = Inventory.fromPartial({ hostname: 'n', disks: [{ mount: '/', bytes: 1000 }], diskBytes: 1000, addresses: ['10.0.0.5'] });

it.each([
  ['the same', {}, false],
  ['a size that breathes', { disks: [{ mount: '/', bytes: 1010 }], diskBytes: 1010 }, false],
  ['a disk that grew', { disks: [{ mount: '/', bytes: 2000 }], diskBytes: 2000 }, true],
  ['a new disk', { disks: [{ mount: '/', bytes: 1000 }, { mount: '/data', bytes: 5 }] }, true],
  ['another address', { addresses: ['10.0.0.6'] }, true],
  ['a GPU', { gpus: [{ uuid: 'GPU-1' }] }, true],
  ['Docker that came', { drivers: [{ name: 'docker', available: true }] }, true],
])('%s', (_what, changes, news) => {
  const inventories = new InventoryNews();
  expect(inventories.isNews(base)).toBe(true);
  inventories.told(base);
  expect(inventories.isNews(Inventory.fromPartial({ ...base, ...changes } as Parameters<typeof Inventory.fromPartial>[0]))).toBe(news);
});
