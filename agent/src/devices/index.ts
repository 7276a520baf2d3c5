/** Cards that compute: what each is, how it is, who uses it. One adapter per vendor behind `DeviceSource`. */
export type { DeviceEvent, DeviceSource } from './device-source.js';
export { DeviceWatch, type DeviceSnapshot } from './device-watch.js';
export type { KnownDevice } from './known-devices.machine.js';
export { ownerOf } from './process-owner.js';
export { Tool } from './tool.js';
export { NvidiaSmi } from './nvidia/nvidia-smi.js';
