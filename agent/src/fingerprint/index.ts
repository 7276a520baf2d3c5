/** What this node is made of and how it is doing. */
export { DiskSpaces } from './disk-space.js';
export { DriverWatch } from './driver-watch.js';
export { takeInventory } from './fingerprint.js';
export { hostFacts, type HostFacts } from './host-facts.js';
export { Sampler } from './sampler.js';
export { InventoryNews } from './inventory-news.js';
