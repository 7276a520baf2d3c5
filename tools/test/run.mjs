import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { installPackages, missingNeed, provide } from './resources.mjs';
import { suites } from './suites.mjs';

/**
 * Runs the chosen suites, first one after another, then the lanes beside each other; adds up their counts and closes with one plain line
 * `N passed, N failed, N skipped`. Exit code 1 when anything failed, or, in CI, when a suite was skipped.
 */
const root = resolve(import.meta.dirname, '../..');
const reports = join(root, 'e2e/artifacts/reports');
const inCi = process.env.CI === 'true';
const [...wanted] = process.argv.slice(2);

/** Options that make a runner write its JSON report. */
const reporters = {
  step: () => [],
  vitest: (file) => ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
  angular: (file) => ['--reporters=default', '--reporters=json', `--outputFile=${file}`],
};

if (wanted.includes('--list')) {
  for (const suite of suites) console.log(suite.name);
  process.exit(0);
}
const unknown = wanted.filter((name) => !suites.some((suite) => matches(suite, name)));
if (unknown.length > 0) {
  console.error(`no such suite: ${unknown.join(', ')} (see ./openstation test --list)`);
  process.exit(2);
}

mkdirSync(reports, { recursive: true });
const chosen = suites.filter((suite) => wanted.length === 0 || wanted.some((name) => matches(suite, name)));
installPackages([...new Set(chosen.flatMap(({ packages = [] }) => packages))]);
const lanes = Object.values(Object.groupBy(chosen.filter(({ lane }) => lane), ({ lane }) => lane));
const several = lanes.length > 1;
const results = await inOrder(chosen.filter(({ lane }) => !lane), '');
results.push(...(await Promise.all(lanes.map((lane) => inOrder(lane, several ? lane[0].lane : '')))).flat());
report(results);

async function inOrder(lane, prefix) {
  const rows = [];
  for (const suite of lane) rows.push(await runSuite(suite, prefix));
  return rows;
}

function matches(suite, name) {
  return suite.name === name || suite.name.startsWith(`${name}:`);
}

async function runSuite(suite, prefix) {
  const started = performance.now();
  const missing = await missingNeed(suite.needs ?? []);
  if (missing) {
    console.log(`\n--- ${suite.name}: skipped, ${missing}`);
    return { suite, seconds: 0, passed: 0, failed: inCi ? 1 : 0, skipped: 1, note: missing };
  }
  console.log(`\n--- ${suite.name}`);
  const resource = await provide(suite.needs ?? []);
  try {
    const counts = await execute(suite, resource, prefix);
    return { suite, seconds: (performance.now() - started) / 1000, ...counts };
  } finally {
    await resource.stop();
  }
}

async function execute(suite, { env, launcher }, prefix) {
  const reportFile = join(reports, `${suite.name.replaceAll(':', '-')}.json`);
  rmSync(reportFile, { force: true });
  const extra = reporters[suite.kind](reportFile);
  const code = await run([...launcher, ...suite.command, ...extra], { ...process.env, FORCE_COLOR: '0', ...env }, prefix);
  if (suite.kind === 'step') return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  return countReport(reportFile, code);
}

/** A runner that died before it wrote its report, or failed outside any test, counts as one failure. */
function countReport(file, code) {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0, note: `no report (exit ${code})` };
  const { numPassedTests: passed, numFailedTests: failed, numPendingTests: pending, numTodoTests: todo } = JSON.parse(readFileSync(file, 'utf8'));
  const skipped = pending + todo;
  const outside = code !== 0 && failed === 0 ? 1 : 0;
  const forbidden = inCi && skipped > 0 ? skipped : 0;
  return { passed, failed: failed + outside + forbidden, skipped, ...(forbidden ? { note: `${skipped} skipped in CI` } : {}) };
}

/** Lines of a lane that has company carry its name. */
function run([command, ...args], env, prefix) {
  return new Promise((done) => {
    const output = prefix ? 'pipe' : 'inherit';
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', output, output] });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => console.log(`${prefix} | ${line}`));
    }
    child.on('error', (error) => { console.error(error.message); done(127); });
    child.on('exit', (code, signal) => done(code ?? (signal ? 128 : 1)));
  });
}

function report(rows) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  console.log('');
  for (const { suite, seconds, passed, failed, skipped, note } of rows) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
    const mark = failed > 0 ? 'FAILED ' : skipped > 0 && passed === 0 ? 'skipped' : 'ok     ';
    console.log(`${mark} ${suite.name.padEnd(24)} ${String(passed).padStart(5)} passed ${seconds.toFixed(1).padStart(7)} s${note ? `  (${note})` : ''}`);
  }
  console.log('');
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
}
