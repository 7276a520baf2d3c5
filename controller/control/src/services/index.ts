/** What people deploy, and the loop that keeps it so. */
export { ServiceRepository } from './service.repository.js';
export { ServiceViews, type ServiceView } from './service-views.js';
export { ServicesController } from './services.controller.js';
export { ServicesModule } from './services.module.js';
export { mayWake } from './scaling.machine.js';
export { ServiceRow } from './services.store.js';
