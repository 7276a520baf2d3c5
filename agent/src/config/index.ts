/** Boot configuration: file and environment, read once. */
export { advertisedAddresses } from './advertised-addresses.js';
export { loadAgentConfig, type AgentConfig } from './agent-config.js';
