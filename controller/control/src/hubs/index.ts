/** Where models come from: ModelScope, Hugging Face, and the one way out to them. */
export { HubError, type HubErrorKind } from './hub-error.js';
export type { FileAnswer, FileBody, FileHash, Hub, HubFile, HubName, HubRevision, Wanted } from './hub.js';
export { DEFAULT_ADDRESS, Hubs, type HubEndpoint } from './hubs.js';
export { HubsModule } from './hubs.module.js';
export { ChoiceError, modelFiles, type Choice } from './model-files.js';
export { asHubError } from './safe-http.js';
export { wholeBody } from './whole-body.js';
