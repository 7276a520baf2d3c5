import { loadConfig } from '@openstation/kit';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const host = z.string().trim().min(1);

const schema = z.strictObject({
  dataDir: z.string().trim().min(1).default('/var/lib/openstation/control'),
  console: z
    .strictObject({ host: host.default('0.0.0.0'), port: port.default(32206), publicHosts: z.array(host).min(1).default(['localhost', '127.0.0.1']) })
    .prefault({}),
  agents: z
    .strictObject({
      host: host.default('0.0.0.0'), port: port.default(30200),
      /** Holds the agent's archives that can be handed out; default `<dataDir>/agent-archives`. */
      archiveDir: z.string().trim().min(1).optional(),
    })
    .prefault({}),
  enrolment: z.strictObject({
    host: host.default('0.0.0.0'), port: port.default(30201),
    /** Of one address: a whole rack behind one address still joins, a guesser does not get far. */
    knocksPerMinute: z.number().int().min(10).default(600),
  }).prefault({}),
  /** How users reach the gateway; only used to show addresses. */
  gateway: z.strictObject({ publicPort: port.default(8080), scheme: z.enum(['http', 'https']).default('http') }).prefault({}),
  /** How long members' certificates live; they renew between half and four fifths of it. */
  identity: z.strictObject({ certificateHours: z.coerce.number().positive().max(8760).default(720) }).prefault({}),
  database: z
    .strictObject({ url: z.string().regex(/^(mysql|mariadb):\/\/[^/]+\/[^/?#]+$/, 'must look like mysql://user:password@host:3306/database').optional() })
    .prefault({}),
  models: z.strictObject({ dir: z.string().trim().min(1).optional(), importRoots: z.array(z.string().startsWith('/', 'must be an absolute path')).default([]) }).prefault({}),
  /** Hosts (`host` or `host:port`) in this network that a hub may redirect to. */
  hubs: z.strictObject({ trustedHosts: z.array(host).default([]) }).prefault({}),
  downloads: z
    .strictObject({
      /** Side by side for one model. */
      connections: z.coerce.number().int().min(1).max(8).default(4),
      /** Space that downloads leave free on the disk of the models. */
      reserveBytes: z.coerce.number().int().min(0).default(10 * 2 ** 30),
      /** A connection that brings less than 1 KiB a second for so long is given up. */
      stallSeconds: z.coerce.number().min(0.1).max(600).default(30),
    })
    .prefault({}),
  /** Engine logs that are kept of instances that are gone, all together. */
  engineLogs: z.strictObject({ keepBytes: z.coerce.number().int().min(0).default(2 ** 30) }).prefault({}),
  webRoot: z.string().trim().min(1).optional(),
  /** Adding nodes over SSH. `allowLoopback` lets this machine be a target, for tests. */
  bootstrap: z.strictObject({ allowLoopback: z.boolean().default(false) }).prefault({}),
  log: z.strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info') }).prefault({}),
});

const variables = {
  OPENSTATION_DATA_DIR: 'dataDir',
  OPENSTATION_CONSOLE_HOST: 'console.host',
  OPENSTATION_CONSOLE_PORT: 'console.port',
  OPENSTATION_AGENTS_HOST: 'agents.host',
  OPENSTATION_AGENTS_PORT: 'agents.port',
  OPENSTATION_AGENT_ARCHIVE_DIR: 'agents.archiveDir',
  OPENSTATION_GRPC_HOST: 'enrolment.host',
  OPENSTATION_GRPC_PORT: 'enrolment.port',
  OPENSTATION_DATABASE_URL: 'database.url',
  OPENSTATION_LOG_LEVEL: 'log.level',
  OPENSTATION_WEB_ROOT: 'webRoot',
};

type Loaded = z.infer<typeof schema>;

/** The controller's boot configuration: read once, frozen. Injected as `CONTROL_CONFIG`. */
export type ControlConfig = Omit<Loaded, 'models' | 'agents'> & {
  readonly models: { readonly dir: string; readonly importRoots: readonly string[] };
  readonly agents: { readonly host: string; readonly port: number; readonly archiveDir: string };
};

/** Nest injection token of `ControlConfig`. */
export const CONTROL_CONFIG = Symbol('ControlConfig');

/** @throws ConfigError naming every faulty key. */
export function loadControlConfig(file: string | undefined, env: Readonly<Record<string, string | undefined>>): ControlConfig {
  const loaded = loadConfig(schema, { file, env, variables });
  const dataDir = resolve(loaded.dataDir);
  const dir = resolve(loaded.models.dir ?? join(dataDir, 'models'));
  const archiveDir = resolve(loaded.agents.archiveDir ?? join(dataDir, 'agent-archives'));
  return Object.freeze({
    ...loaded, dataDir, agents: Object.freeze({ ...loaded.agents, archiveDir }),
    models: Object.freeze({ dir, importRoots: loaded.models.importRoots.map((root) => resolve(root)) }),
  });
}
