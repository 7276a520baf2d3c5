/** An engine that does what a script says. */
export { FAKE_ENGINE_FILE, type EngineControl, type EngineScript } from './script.js';
