/** What this node is made of and how it is doing. */
export { bootId, machineId, nodeEngines, takeInventory, type FingerprintParts } from './fingerprint.js';
export { NvidiaSmi, runNvidiaSmi, type GpuSurvey, type RunTool } from './nvidia-smi.js';
export { parseGpuCsv } from './nvidia-csv.js';
export { Sampler } from './sampler.js';
