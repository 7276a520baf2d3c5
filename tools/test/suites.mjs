/**
 * Every suite of `./openstation test`, in order: cheap walls first, whole-product journeys last.
 *
 * kind `step`: passes or fails as one. kind `vitest` or `angular` (vitest behind Angular's builder): its JSON report
 * is added up.
 * `needs`: what is started around the suite; where it cannot be, the suite is skipped by name, and in CI that is a failure.
 * `packages`: suites of `e2e/packages.sh` whose Debian packages are installed first, when root.
 * `lane`: suites that mostly wait. After all without a lane, lanes run beside each other, the suites of one in order.
 */
const vitest = (cwd, config) => ['npx', 'vitest', 'run', '--root', cwd, ...(config ? ['--config', config] : [])];
// In CI nothing may be taken from an earlier run.
const nxEach = (target) => ['npx', 'nx', 'run-many', '-t', target, '--outputStyle=static', ...(process.env.CI === 'true' ? ['--skip-nx-cache'] : [])];

export const suites = [
  { name: 'repository', kind: 'step', command: ['node', 'tools/test/repository.mjs'] },
  { name: 'proto-generated', kind: 'step', command: ['proto/generate.sh', '--check'] },
  { name: 'rest-client-generated', kind: 'step', command: ['node', 'tools/test/rest-client.mjs', '--check'] },
  { name: 'lint', kind: 'step', command: nxEach('lint') },
  { name: 'lint-selftest', kind: 'step', command: ['node', 'tools/lint/selftest.mjs'] },
  { name: 'types', kind: 'step', command: nxEach('typecheck') },
  { name: 'unit:kit', kind: 'vitest', command: vitest('kit') },
  { name: 'unit:proto', kind: 'vitest', command: vitest('proto') },
  { name: 'unit:member', kind: 'vitest', command: vitest('member') },
  { name: 'unit:control', kind: 'vitest', command: vitest('controller/control') },
  { name: 'unit:gateway', kind: 'vitest', command: vitest('controller/gateway') },
  { name: 'unit:agent', kind: 'vitest', command: vitest('agent') },
  { name: 'unit:installer', kind: 'vitest', command: vitest('installer') },
  { name: 'unit:web', kind: 'angular', command: ['npx', 'nx', 'test', 'web', '--skip-nx-cache'] },
  { name: 'engine:llama-cpp', kind: 'vitest', command: vitest('engines/llama-cpp') },
  { name: 'room:control', kind: 'vitest', lane: 'rooms', command: vitest('controller/control', 'vitest.room.config.ts'), needs: ['mariadb'], packages: ['mariadb'] },
  { name: 'room:gateway', kind: 'vitest', lane: 'rooms', command: vitest('controller/gateway', 'vitest.room.config.ts') },
  { name: 'room:installer', kind: 'vitest', lane: 'rooms', command: vitest('installer', 'vitest.room.config.ts') },
  { name: 'room:agent', kind: 'vitest', lane: 'rooms', command: vitest('agent', 'vitest.room.config.ts'), needs: ['docker'], packages: ['docker'] },
  { name: 'harness', kind: 'vitest', lane: 'product', command: vitest('e2e', 'vitest.config.ts'), packages: ['mariadb', 'docker'] },
  { name: 'journeys', kind: 'vitest', lane: 'product', command: vitest('e2e', 'vitest.journeys.config.ts'), packages: ['browser', 'mariadb', 'docker', 'lab', 'quickstart'] },
];
