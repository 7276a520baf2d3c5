/** The agents' end of the wire: sessions, assignments down, statuses up, model files. */
export { DispatcherModule } from './dispatcher.module.js';
