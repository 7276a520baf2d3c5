/** Where things are and what was chosen for this installation. */
export { cloneAt, cloneOf, type Clone } from './clone.js';
export { dataDirectory, makeAgentDirectory, makeDataDirectory, type DataDirectory } from './data-directory.js';
export { forgetJoining, isFullInstallation, memberOf, readJoining, rememberJoining, type Joining } from './joining.js';
export { UserError } from './user-error.js';
export { differences, readSettings, rememberSettings, settle, type Ports, type Settings, type Wanted } from './settings.js';
