import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Each boundary, violated on purpose: the rule, a file, and the import in it that violates the rule. */
const BREACHES: readonly [rule: string, file: string, code: string][] = [
  ['no-cycles', 'libs/mail/adapters/one.ts', "import './two';"],
  ['domain-is-pure', 'libs/users/domain/nest.ts', "import '@nestjs/common';"],
  ['domain-is-pure', 'libs/users/domain/nest-type.ts', "import type { Type } from '@nestjs/common';"],
  ['domain-is-pure', 'libs/users/domain/sql.ts', "import 'postgres';"],
  ['domain-is-pure', 'libs/users/domain/redis.ts', "import 'ioredis';"],
  ['domain-is-pure', 'libs/users/domain/http.ts', "import 'node:http';"],
  ['domain-is-pure', 'libs/users/domain/adapter.ts', "import '../adapters/plain';"],
  ['domain-is-pure', 'libs/users/domain/use-case.ts', "import '../use-cases/plain';"],
  ['domain-takes-types-only', 'libs/users/domain/door.ts', "import { thing } from '@app/mail'; thing();"],
  ['doors-show-no-adapter', 'libs/shop/index.ts', "export * from './adapters/plain';"],
  ['use-cases-know-ports-only', 'libs/users/use-cases/adapter.ts', "import '../adapters/plain';"],
  ['use-cases-know-ports-only', 'libs/users/use-cases/sql.ts', "import 'postgres';"],
  ['use-cases-know-ports-only', 'libs/users/use-cases/http.ts', "import 'express';"],
  ['library-arrows-users', 'libs/users/adapters/metrics.ts', "import '@app/metrics';"],
  ['library-arrows-activation', 'libs/activation/adapters/users.ts', "import '@app/users';"],
  ['library-arrows-mail', 'libs/mail/adapters/activation.ts', "import '@app/activation';"],
  ['library-arrows-events', 'libs/events/adapters/users.ts', "import '@app/users';"],
  ['library-arrows-owed-work', 'libs/owed-work/adapters/mail.ts', "import '@app/mail';"],
  ['library-arrows-rate-limit', 'libs/rate-limit/adapters/users.ts', "import '@app/users';"],
  ['library-arrows-metrics', 'libs/metrics/adapters/mail.ts', "import '@app/mail';"],
  ['library-arrows-runtime', 'libs/runtime/mail.ts', "import '@app/mail';"],
  ['libraries-have-one-door', 'apps/api/src/inside.ts', "import '../../../libs/users/adapters/plain';"],
  ['libraries-have-one-door', 'test/e2e/inside.ts', "import '../../libs/users/adapters/plain';"],
  ['libraries-use-doors-too', 'libs/users/adapters/inside.ts', "import '../../mail/adapters/two';"],
  ['libraries-stand-alone', 'libs/users/adapters/app.ts', "import '../../../apps/api/src/plain';"],
  ['apps-stand-alone', 'apps/cli/src/other.ts', "import '../../api/src/plain';"],
  ['tools-stay-outside', 'tools/inside.ts', "import '@app/runtime';"],
  ['tests-stay-out-of-production', 'libs/users/adapters/fake.ts', "import '@app/mail/testing';"],
  ['tests-stay-out-of-production', 'apps/api/src/fixture.ts', "import '../../../test/support/plain';"],
  ['apps-reach-stores-through-libraries', 'apps/api/src/driver.ts', "import 'ioredis';"],
  ['production-needs-dependencies', 'apps/api/src/development.ts', "import 'fast-check';"],
  ['declared-dependencies', 'apps/api/src/undeclared.ts', "import 'semver';"],
  ['resolvable', 'apps/api/src/nowhere.ts', "import './gone';"],
];

/** Imports that the same rules must allow, and files that the violations need. */
const SOUND: Record<string, string> = {
  ...Object.fromEntries(
    ['users', 'activation', 'mail', 'events', 'owed-work', 'rate-limit', 'metrics', 'runtime'].flatMap(
      (library) => [
        [`libs/${library}/index.ts`, 'export type Thing = string;\nexport const thing = (): void => {};'],
        [`libs/${library}/testing/index.ts`, "import 'fast-check';"],
      ],
    ),
  ),
  'libs/shop/adapters/plain.ts': 'export type Thing = string;',
  'libs/mail/adapters/two.ts': "import './one';",
  'libs/users/adapters/plain.ts': "import 'postgres';\nimport { thing } from '@app/activation';\nthing();",
  'libs/users/domain/plain.ts':
    "import 'node:crypto';\nimport type { Thing } from '@app/mail';\nexport type A = Thing;",
  'libs/users/domain/plain.spec.ts': "import 'fast-check';\nimport '@app/mail/testing';\nimport './plain';",
  'libs/users/use-cases/plain.ts':
    "import { Inject } from '@nestjs/common';\nimport '@app/runtime';\nimport '../domain/plain';\nInject();",
  'apps/api/src/plain.ts': "import '@app/users';\nimport 'express';",
  'test/support/plain.ts': "import '@app/users/testing';\nimport 'ioredis';",
  'tools/plain.ts': "import 'smtp-server';\nprocess.stdout.write(process.env['PATH'] ?? '');",
  'libs/runtime/lifecycle/thread-pool.ts': "process.stdout.write(process.env['PATH'] ?? '');",
};

/** Lint rules of our own choice and settings, violated on purpose. */
const FINDINGS: readonly [rule: string, file: string, code: string][] = [
  [
    'no-restricted-properties',
    'apps/api/src/environment.ts',
    "export const level = process.env['LOG_LEVEL'];",
  ],
  ['no-restricted-imports', 'libs/users/use-cases/status.ts', "export { HttpStatus } from '@nestjs/common';"],
  ['regexp/no-super-linear-backtracking', 'libs/users/domain/steep.ts', 'export const steep = /^(a+)+$/;'],
  ['regexp/no-super-linear-move', 'libs/users/domain/long.ts', 'export const long = /a+b/;'],
  ['max-lines', 'libs/users/adapters/long.ts', 'export {};\n'.repeat(161)],
  ['no-console', 'apps/api/src/console.ts', "console.log('here');"],
  ['no-console', 'tools/console.ts', "console.log('here');"],
  [
    '@typescript-eslint/no-explicit-any',
    'test/support/any.ts',
    'export const open = (input: any): unknown => input;',
  ],
  ['@typescript-eslint/no-floating-promises', 'apps/api/src/floating.ts', 'Promise.resolve();'],
  [
    '@typescript-eslint/consistent-type-imports',
    'tools/value.ts',
    "import { Server } from 'node:http';\nexport type A = Server;",
  ],
  [
    '@typescript-eslint/no-import-type-side-effects',
    'tools/inline.ts',
    "import { type Server } from 'node:http';\nexport type A = Server;",
  ],
  [
    '@typescript-eslint/ban-ts-comment',
    'tools/ignore.ts',
    "// @ts-expect-error\nexport const count: number = '1';",
  ],
  [
    '@eslint-community/eslint-comments/require-description',
    'tools/unexplained.ts',
    "// eslint-disable-next-line no-console\nconsole.log('here');",
  ],
];

const ROOT = path.resolve(__dirname, '../..');
const SETTINGS = ['.dependency-cruiser.cjs', 'eslint.config.mjs', 'package.json', 'tsconfig.json'];
/** `make check` installs the programs here. */
const CHECKS = 'tools/check';
let tree: string;

beforeAll(() => {
  tree = mkdtempSync(path.join(tmpdir(), 'rules-'));
  for (const file of SETTINGS) cpSync(path.join(ROOT, file), path.join(tree, file));
  mkdirSync(path.join(tree, CHECKS), { recursive: true });
  for (const folder of ['node_modules', path.join(CHECKS, 'node_modules')]) {
    symlinkSync(path.join(ROOT, folder), path.join(tree, folder));
  }
  const broken = [...BREACHES, ...FINDINGS].map(([, file, code]) => [file, code] as const);
  for (const [file, code] of [...Object.entries(SOUND), ...broken]) {
    mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
    writeFileSync(path.join(tree, file), `${code}\n`);
  }
});
afterAll(() => rmSync(tree, { recursive: true, force: true }));

/** Runs a program of the checks in the tree, and parses its JSON output. */
function run(program: string, ...args: string[]): unknown {
  const { stdout, stderr } = spawnSync(`${CHECKS}/node_modules/.bin/${program}`, args, {
    cwd: tree,
    encoding: 'utf8',
  });
  if (!stdout.startsWith('{') && !stdout.startsWith('[')) throw new Error(stderr);
  return JSON.parse(stdout);
}

describe('the boundaries', () => {
  interface Report {
    readonly summary: {
      readonly violations: { readonly from: string; readonly rule: { readonly name: string } }[];
    };
  }
  let violations: string[];

  beforeAll(() => {
    const args = ['apps', 'libs', 'test', 'tools', '--output-type', 'json'];
    const { summary } = run('depcruise', ...args) as Report;
    violations = summary.violations.map(({ rule, from }) => `${rule.name} ${from}`);
  });

  it.each(BREACHES)('%s is detected in %s', (rule, file) => {
    expect(violations).toContain(`${rule} ${file}`);
  });

  it.each(Object.keys(SOUND).filter((file) => file !== 'libs/mail/adapters/two.ts'))(
    'let %s pass',
    (file) => {
      expect(violations.filter((violation) => violation.endsWith(` ${file}`))).toEqual([]);
    },
  );

  it('are each violated here', () => {
    const settings = createRequire(__filename)(path.join(ROOT, '.dependency-cruiser.cjs')) as {
      forbidden: { name: string }[];
    };
    expect(new Set(BREACHES.map(([rule]) => rule))).toEqual(
      new Set(settings.forbidden.map(({ name }) => name)),
    );
  });
});

describe('the lint rules', () => {
  type Results = { readonly filePath: string; readonly messages: { readonly ruleId: string | null }[] }[];
  let findings: string[];

  beforeAll(() => {
    const files = [
      ...FINDINGS.map(([, file]) => file),
      'tools/plain.ts',
      'libs/runtime/lifecycle/thread-pool.ts',
      'libs/users/use-cases/plain.ts',
    ];
    const results = run('eslint', '--format', 'json', ...files) as Results;
    findings = results.flatMap(({ filePath, messages }) =>
      messages.map(({ ruleId }) => `${ruleId ?? 'fatal'} ${path.relative(tree, filePath)}`),
    );
  });

  it.each(FINDINGS)('%s is detected in %s', (rule, file) => {
    expect(findings).toContain(`${rule} ${file}`);
  });

  it('allow reading the environment where permitted, and wiring a use case with Nest', () => {
    expect(findings.filter((finding) => /plain\.ts|thread-pool\.ts/.test(finding))).toEqual([]);
  });
});
