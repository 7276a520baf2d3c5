/** Servers made nodes over SSH. */
export { BootstrapModule } from './bootstrap.module.js';
