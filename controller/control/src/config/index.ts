export { Clock } from './clock.js';
export { CONTROL_CONFIG, loadControlConfig, type ControlConfig } from './control-config.js';
export { LOGGER } from './logger.js';
export { VERSION } from './version.js';
