/** Which C libraries programs need, so that they can be taken along. */
export { sharedLibraries } from './shared-libraries.js';
