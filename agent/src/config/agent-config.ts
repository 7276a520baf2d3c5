import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError, loadConfig } from '@openstation/kit';
// The namespace form is what a bundler can take apart: the other one keeps every language of zod in memory.
import * as z from 'zod';

const hostAndPort = z.string().regex(/^.+:\d{1,5}$/, 'must be host:port, for example 10.0.0.5:30201');

/** Every boot setting of the agent. Durations and sizes are constants of the code: they are not a node's business. */
const schema = z.strictObject({
  dataDir: z.string().min(1, 'the directory for identity, journal, models and engines is missing'),
  name: z.string().min(1).max(63).default(hostname().slice(0, 63)),
  control: z.strictObject({ address: hostAndPort }),
  joinToken: z.string().optional(),
  joinTokenFile: z.string().optional(),
  data: z
    .strictObject({
      host: z.string().default('0.0.0.0'),
      port: z.coerce.number().int().min(0).max(65535).default(30210),
      addresses: z.array(z.string()).default([]),
    })
    .prefault({}),
  policyFile: z.string().optional(),
  driver: z.enum(['auto', 'docker', 'process']).default('auto'),
  docker: z.strictObject({ socket: z.string().default('/var/run/docker.sock') }).prefault({}),
  /** Who starts the agent again when it ends; empty: systemd is recognised, others are not. */
  serviceManager: z.enum(['', 'systemd', 'watchdog', 'supervisor']).default(''),
  /** The vendors' tools, where they are not on the system's path. */
  devices: z.strictObject({ nvidiaSmi: z.string().min(1).default('nvidia-smi') }).prefault({}),
  log: z.strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info') }).prefault({}),
});

export type AgentConfig = z.infer<typeof schema> & { readonly policyFile: string };

const VARIABLES = {
  OPENSTATION_AGENT_DATA_DIR: 'dataDir',
  OPENSTATION_CONTROL_ADDRESS: 'control.address',
  OPENSTATION_JOIN_TOKEN_FILE: 'joinTokenFile',
  OPENSTATION_AGENT_DATA_HOST: 'data.host',
  OPENSTATION_AGENT_DATA_PORT: 'data.port',
  OPENSTATION_AGENT_POLICY: 'policyFile',
  OPENSTATION_DOCKER_SOCKET: 'docker.socket',
  OPENSTATION_AGENT_NVIDIA_SMI: 'devices.nvidiaSmi',
  OPENSTATION_SERVICE_MANAGER: 'serviceManager',
  OPENSTATION_LOG_LEVEL: 'log.level',
};

/**
 * Reads `--config <yaml>` and the environment.
 * @throws ConfigError naming every faulty key
 */
export function loadAgentConfig(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): AgentConfig {
  const config = loadConfig(schema, { file: configFile(argv), env, variables: VARIABLES });
  const dataDir = resolve(config.dataDir);
  return { ...config, dataDir, policyFile: resolve(config.policyFile ?? join(dataDir, 'policy.json')) };
}

function configFile(argv: readonly string[]): string | undefined {
  try {
    return parseArgs({ args: [...argv], options: { config: { type: 'string' } } }).values.config;
  } catch (error) {
    throw new ConfigError([`command line: ${(error as Error).message}`]);
  }
}
