import { createRequire } from 'node:module';
import path from 'node:path';

// The linter and its plugins are installed by `make check` alone, in the folder of the checks.
const require = createRequire(path.join(import.meta.dirname, 'tools/check/package.json'));
const comments = require('@eslint-community/eslint-plugin-eslint-comments/configs');
const js = require('@eslint/js');
const { defineConfig, globalIgnores } = require('eslint/config');
const regexp = require('eslint-plugin-regexp');
const tseslint = require('typescript-eslint');

/** Names that come with where a script runs: the inbox's page, settings in CommonJS, a container. */
const BROWSER = {
  ...{ confirm: 'readonly', document: 'readonly', navigator: 'readonly' },
  ...{ fetch: 'readonly', setTimeout: 'readonly' },
};
/** Names that browsers and Node share. */
const EVERYWHERE = {
  ...{ AbortController: 'readonly', AbortSignal: 'readonly', TextEncoder: 'readonly' },
  ...{ btoa: 'readonly', crypto: 'readonly', setInterval: 'readonly', setTimeout: 'readonly' },
};
const NODE = { AbortSignal: 'readonly', fetch: 'readonly', process: 'readonly' };
const COMMONJS = { __dirname: 'readonly', module: 'writable', require: 'readonly' };

export default defineConfig(
  globalIgnores(['dist', 'coverage', '.data', 'docs/client/schema.d.ts']),
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },
  js.configs.recommended,
  comments.recommended,
  {
    plugins: { regexp },
    rules: {
      // No expression whose time grows faster than its input: an attacker would send the input (ReDoS).
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential', ignoreSticky: false }],
      eqeqeq: 'error',
      'no-console': 'error',
      'no-unused-vars': ['error', { ignoreRestSiblings: true }],
      // A suppression says why, after two dashes: `-- the driver types this as any`.
      '@eslint-community/eslint-comments/require-description': 'error',
      '@eslint-community/eslint-comments/no-unlimited-disable': 'error',
    },
  },
  { files: ['**/*.mjs'], languageOptions: { globals: NODE } },
  { files: ['docs/client/*.mjs'], languageOptions: { globals: EVERYWHERE } },
  {
    files: ['examples/sign-up/*.js'],
    languageOptions: { sourceType: 'module', globals: { ...BROWSER, ...EVERYWHERE } },
  },
  {
    files: ['tools/check-node.cjs'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly' } },
    rules: { 'no-console': 'off' },
  },
  { files: ['**/*.config.js', '**/*.cjs'], languageOptions: { sourceType: 'commonjs', globals: COMMONJS } },
  { files: ['tools/inbox/page/*.js'], languageOptions: { sourceType: 'script', globals: BROWSER } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/ban-ts-comment': ['error', { minimumDescriptionLength: 10 }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // `return send(…)` to leave early, and arrows that pass nothing on, read well.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // A listener or callback that does nothing on purpose is an arrow; an empty method is a mistake.
      '@typescript-eslint/no-empty-function': ['error', { allow: ['arrowFunctions'] }],
      // Nest's modules are classes that hold nothing but their decorator and a factory.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // Nest reads its DTO classes as shapes: a plain object of the right shape is what JSON wants.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // The boundary rules tell types from values by the keyword at the front.
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // An empty text of the environment counts as none: `||` is meant there.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      // It asks for `!`, which no-non-null-assertion forbids.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // `row === undefined || row.usedAt !== null` says what happens to undefined; `row?.usedAt !== null` hides it.
      '@typescript-eslint/prefer-optional-chain': 'off',
      // What works in memory is async because its port is, so that what it throws becomes a rejection.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Add the variable to libs/runtime/config/variables.ts and inject Environment.',
        },
      ],
    },
  },
  {
    // The two places that read the environment, and the programs that hand one to a process they start.
    files: [
      'libs/runtime/config/**',
      'libs/runtime/lifecycle/thread-pool.ts',
      'tools/**/*.ts',
      'test/**/*.ts',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    // A file is read as a whole; a table has a row for each thing there is, and is read by row.
    files: ['apps/**/*.ts', 'libs/**/*.ts', 'tools/**/*.ts'],
    ignores: [
      '**/*.spec.ts',
      '**/testing/**',
      'libs/runtime/config/variables.ts',
      'libs/metrics/adapters/prometheus/definitions.ts',
    ],
    rules: { 'max-lines': ['error', 160] },
  },
  {
    files: ['**/*.spec.ts', 'libs/*/testing/**/*.ts', 'test/**/*.ts'],
    rules: {
      // No attacker sends a test its input.
      'regexp/no-super-linear-backtracking': 'off',
      'regexp/no-super-linear-move': 'off',
      // What reads a program's or a server's JSON names its shape by a type parameter.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Jest types its matchers (`expect.any(String)`) and the body of an answer as any.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  // A program to learn from, which says what it does.
  { files: ['docs/client/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['libs/*/use-cases/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@nestjs/common',
              allowImportNames: ['Inject', 'Injectable'],
              message:
                'A use case is wired by Nest and otherwise knows nothing of it: move the rest to an adapter or an app.',
            },
          ],
        },
      ],
    },
  },
);
