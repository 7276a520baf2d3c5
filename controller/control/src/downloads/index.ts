/** Models on their way from a hub: the queue, its runs, and where the hubs are. */
export { DownloadsModule } from './downloads.module.js';
export { HubSettings } from './hub-settings.js';
