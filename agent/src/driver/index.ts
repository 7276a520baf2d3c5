/** Ways to run engines; whoever uses one knows only the interface. */
export {
  DriverError,
  type DriverFingerprint,
  type EngineDriver,
  type EngineLayout,
  type EnginePlace,
  type EngineRecord,
  type EngineSpec,
  type LogOptions,
  type RawLogLine,
} from './driver.js';
export { engineName, parseEngineName } from './engine-name.js';
export { FakeDriver } from './fake/fake-driver.js';
export { ProcessDriver } from './process/process-driver.js';
export { openDockerDriver } from './docker/open-docker-driver.js';
