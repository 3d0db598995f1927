import { createRequire } from 'node:module';
import path from 'node:path';

// Only `make check` installs the linter and its plugins, in the folder of the checks.
const require = createRequire(path.join(import.meta.dirname, 'tools/check/package.json'));
const comments = require('@eslint-community/eslint-plugin-eslint-comments/configs');
const js = require('@eslint/js');
const { defineConfig, globalIgnores } = require('eslint/config');
const regexp = require('eslint-plugin-regexp');
const tseslint = require('typescript-eslint');

/** Globals of the place where a script runs: the inbox's page, CommonJS settings, a container. */
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
      // No regular expression whose time grows faster than its input: an attacker could send that input (ReDoS).
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential', ignoreSticky: false }],
      eqeqeq: 'error',
      'no-console': 'error',
      'no-unused-vars': ['error', { ignoreRestSiblings: true }],
      // A suppression has its reason after two dashes: `-- the driver types this as any`.
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
      // `return send(…)` to return early, and arrow functions without a result, are readable.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // A listener that intentionally does nothing is an arrow function; an empty method is a mistake.
      '@typescript-eslint/no-empty-function': ['error', { allow: ['arrowFunctions'] }],
      // Nest's modules are classes with only a decorator and a factory.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // Nest uses DTO classes as types: a plain object of that type is enough for JSON.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // The boundary rules distinguish types from values by the keyword `type`.
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // An empty environment variable counts as not set: `||` is intended there.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      // It suggests `!`, which no-non-null-assertion forbids.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // `row === undefined || row.usedAt !== null` shows what happens for undefined; `row?.usedAt !== null` hides it.
      '@typescript-eslint/prefer-optional-chain': 'off',
      // Adapters in memory are async because their port is, so that their errors become rejections.
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
    // The two places that read the environment, and the programs that pass one to a process that they start.
    files: [
      'libs/runtime/config/**',
      'libs/runtime/lifecycle/thread-pool.ts',
      'tools/**/*.ts',
      'test/**/*.ts',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    // Files are read as a whole and have a maximum length; tables are read by row.
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
      // Functions that read a program's or a server's JSON get its type as a type parameter.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Jest types its matchers (`expect.any(String)`) and the body of an answer as any.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  // An example program, which prints what it does.
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
