import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * What a suite may need of the machine beyond Node: a private MariaDB, a private Docker engine. Started for one
 * suite from the harness, stopped after it.
 */
const root = resolve(import.meta.dirname, '../..');

const resources = {
  mariadb: {
    programs: ['mariadbd', 'mariadb-install-db'],
    root: false,
    async start() {
      const { PrivateMariadb } = await harness('mariadb');
      const server = await PrivateMariadb.start();
      const url = await server.createDatabase('suite');
      // Test suites make and drop databases of their own.
      await server.sql("GRANT ALL ON *.* TO suite@'127.0.0.1'");
      return { env: { OPENSTATION_TEST_MYSQL_URL: url }, launcher: [], stop: () => server.stop() };
    },
  },
  docker: {
    programs: ['dockerd', 'docker-registry', 'iptables', 'ip', 'jq', 'nsenter'],
    root: true,
    async start() {
      const { PrivateDocker } = await harness('docker');
      const engine = await PrivateDocker.start();
      // Containers' addresses exist in the engine's network namespace only: the suite runs inside it.
      return { env: { OPENSTATION_TEST_DOCKER_SOCKET: engine.socket }, launcher: engine.launcher, stop: () => engine.stop() };
    },
  },
};

/** Why a need cannot be met here, in words; undefined when all can. */
export async function missingNeed(needs) {
  for (const need of needs) {
    const { programs, root: needsRoot } = resources[need];
    if (needsRoot && process.getuid() !== 0) return `${need} needs root`;
    const absent = programs.filter((name) => !onPath(name));
    if (absent.length > 0) return `${need} needs ${absent.join(', ')} (e2e/packages.sh installs them as root)`;
  }
  return undefined;
}

/** Starts what is needed. The caller must `stop()` it. */
export async function provide(needs) {
  const started = [];
  for (const need of needs) started.push(await resources[need].start());
  return {
    env: Object.assign({}, ...started.map(({ env }) => env)),
    launcher: started.flatMap(({ launcher }) => launcher),
    async stop() {
      for (const resource of started.reverse()) await resource.stop();
    },
  };
}

/** Installs the Debian packages of these harness suites; quietly does nothing where that is not possible. */
export function installPackages(names) {
  if (names.length === 0 || process.getuid() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  try {
    execFileSync(join(root, 'e2e/packages.sh'), names, { stdio: ['ignore', 'inherit', 'inherit'] });
  } catch {
    console.error('some Debian packages could not be installed: suites that need them say so');
  }
}

function onPath(name) {
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/bin'];
  return directories.some((directory) => existsSync(join(directory, name)));
}

/** The harness is TypeScript: one module of it, bundled for this run. */
async function harness(name) {
  const directory = join(root, 'e2e/artifacts/build');
  mkdirSync(directory, { recursive: true });
  const outfile = join(directory, `${name}-${randomBytes(4).toString('hex')}.mjs`);
  await build({
    entryPoints: [join(root, `e2e/harness/${name}.ts`)], outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'warning',
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(join(root, `e2e/harness/${name}.ts`)).href) },
  });
  return import(pathToFileURL(outfile).href);
}
