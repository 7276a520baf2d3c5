import nx from '@nx/eslint-plugin';
import angular from 'angular-eslint';
import boundaries from 'eslint-plugin-boundaries';
import tseslint from 'typescript-eslint';
import { buildings } from './tools/lint/buildings.js';
import { roomsOf } from './tools/lint/rooms.js';

const generated = ['**/dist/**', '**/gen/**', '**/*.gen.ts', '.nx/**', '.angular/**', '**/node_modules/**', 'e2e/artifacts/**', 'data*/**', 'tools/lint/fixture/**', '**/*.mjs', '**/*.cjs', '**/*.config.ts'];

/** Building → the TypeScript projects that hold its files, specs included. */
const typeProjects = {
  proto: ['tsconfig.check.json'],
  kit: ['tsconfig.check.json'],
  member: ['tsconfig.check.json'],
  'controller/control': ['tsconfig.check.json'],
  'controller/gateway': ['tsconfig.check.json'],
  agent: ['tsconfig.check.json'],
  installer: ['tsconfig.check.json'],
  e2e: ['tsconfig.json'],
  web: ['tsconfig.app.json', 'tsconfig.spec.json'],
};

const noClock = [
  { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: 'Pure file: take `now` as a parameter.' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Pure file: take `now` as a parameter.' },
  { selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']", message: 'Pure file: take randomness as a parameter.' },
  { selector: 'AwaitExpression', message: 'Pure file: decide here, act in a loop or hook.' },
];

export default tseslint.config(
  { ignores: generated },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { enforceBuildableLibDependency: false, allow: [], depConstraints: buildings }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // Nest modules and Angular components are classes that may hold nothing but a decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // `return answer(…)` as an early exit reads better than two lines.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Optional work is often expressed by a method without await behind an async interface.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      // Doubles as a type guard at trust borders, where the static type is a promise and not yet a fact.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 16],
    },
  },
  ...Object.entries(typeProjects).map(([directory, projects]) => ({
    files: [`${directory}/**/*.ts`],
    languageOptions: { parserOptions: { project: projects.map((name) => `${directory}/${name}`), tsconfigRootDir: import.meta.dirname } },
  })),
  { files: ['**/*.machine.ts', '**/*.reconciler.ts'], rules: { 'no-restricted-syntax': ['error', ...noClock] } },
  {
    files: ['**/*.spec.ts', '**/test/**/*.ts', '**/*.contract.ts', 'e2e/**/*.ts', '**/vitest*.config.ts'],
    rules: {
      'max-lines': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/use-unknown-in-catch-callback-variable': 'off',
    },
  },
  ...roomsOf(boundaries, import.meta.dirname),
  { files: ['web/**/*.ts'], extends: [...angular.configs.tsRecommended], processor: angular.processInlineTemplates },
  {
    files: ['web/**/*.html'],
    extends: [...angular.configs.templateRecommended, ...angular.configs.templateAccessibility],
    // The library's checkboxes and radio buttons are labels that bring their own input.
    rules: { '@angular-eslint/template/label-has-associated-control': ['error', { labelComponents: [{ selector: 'label', inputs: ['for', 'htmlFor', 'nz-checkbox', 'nz-radio-button'] }] }] },
  },
);
