import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ESLint } from 'eslint';

/**
 * Proves that the walls stand: puts one deliberately bad file behind each of them and expects exactly its
 * rule to fire. Lint walls fail silently when misconfigured (a pattern that matches nothing, a missing
 * project graph), so a wall without this test is not a wall.
 */
const root = resolve(import.meta.dirname, '../..');
const NAME = 'lint-selftest';

const violations = [
  { wall: 'gateway may not use Nest', file: `controller/gateway/src/proxy/${NAME}.ts`, code: "import { Injectable } from '@nestjs/common';\nexport const bad = Injectable;\n", rule: '@nx/enforce-module-boundaries' },
  { wall: 'gateway may not use a database', file: `controller/gateway/src/auth/${NAME}.ts`, code: "import { DataSource } from 'typeorm';\nexport const bad = DataSource;\n", rule: '@nx/enforce-module-boundaries' },
  { wall: 'agent may not reach into the controller', file: `agent/src/session/${NAME}.ts`, code: "import { can } from '../../../controller/control/src/users/permissions.js';\nexport const bad = can;\n", rule: '@nx/enforce-module-boundaries' },
  { wall: 'the wire knows nothing of its members', file: `proto/src/${NAME}-member.ts`, code: "import { JoinError } from '@openstation/member';\nexport const bad = JoinError;\n", rule: '@nx/enforce-module-boundaries' },
  { wall: 'web may not import wire messages', file: `web/src/app/api/${NAME}.ts`, code: "import { PROTOCOL_VERSION } from '@openstation/proto';\nexport const bad = PROTOCOL_VERSION;\n", rule: '@nx/enforce-module-boundaries' },
  { wall: 'a room may not import a higher one', file: `controller/control/src/store/${NAME}.ts`, code: "import * as higher from '../services/index.js';\nexport const bad = higher;\n", rule: 'boundaries/dependencies' },
  { wall: 'a room is entered by its door', file: `controller/control/src/services/${NAME}.ts`, code: "import * as inside from '../nodes/node.machine.js';\nexport const bad = inside;\n", rule: 'boundaries/dependencies' },
  { wall: 'agent: the driver imports nobody', file: `agent/src/driver/${NAME}.ts`, code: "import * as higher from '../session/index.js';\nexport const bad = higher;\n", rule: 'boundaries/dependencies' },
  { wall: 'gateway: the route table imports nobody', file: `controller/gateway/src/route-table/${NAME}.ts`, code: "import * as higher from '../proxy/index.js';\nexport const bad = higher;\n", rule: 'boundaries/dependencies' },
  { wall: 'no clock in a machine', file: `controller/control/src/instances/${NAME}.machine.ts`, code: 'export const bad = (): number => Date.now();\n', rule: 'no-restricted-syntax' },
  { wall: 'no waiting in a reconciler', file: `controller/control/src/services/${NAME}.reconciler.ts`, code: 'export const bad = async (): Promise<number> => await Promise.resolve(1);\n', rule: 'no-restricted-syntax' },
  { wall: 'no floating promise', file: `kit/src/${NAME}.ts`, code: 'export function bad(): void {\n  Promise.resolve(1);\n}\n', rule: '@typescript-eslint/no-floating-promises' },
  { wall: 'no any', file: `proto/src/${NAME}.ts`, code: 'export const bad = (value: any): unknown => value;\n', rule: '@typescript-eslint/no-explicit-any' },
];

// Outside Nx the project walls need a project graph on disk, or they skip themselves.
execFileSync('npx', ['nx', 'graph', '--file', join(root, '.nx/selftest-graph.json')], { cwd: root, stdio: 'ignore' });

const paths = violations.map(({ file }) => join(root, file));
let standing = 0;
try {
  violations.forEach(({ code }, index) => {
    mkdirSync(dirname(paths[index]), { recursive: true });
    writeFileSync(paths[index], code);
  });
  const results = await new ESLint({ cwd: root }).lintFiles(paths);
  for (const { wall, file, rule } of violations) {
    const found = results.find((result) => result.filePath === join(root, file))?.messages.map((message) => message.ruleId ?? message.message) ?? [];
    if (found.includes(rule)) standing += 1;
    else console.error(`wall is down: ${wall}: expected ${rule}, got ${found.join(', ') || 'nothing'}`);
  }
} finally {
  for (const path of paths) rmSync(path, { force: true });
}
console.log(`${standing} of ${violations.length} walls stand`);
process.exit(standing === violations.length ? 0 : 1);
