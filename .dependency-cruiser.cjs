// The boundaries in docs/architecture.md. Each comment says what to do instead. tools/check/rules.spec.ts violates
// each rule on purpose, so a rule that cannot fail is noticed.

const LIBS = '^libs/([^/]+)/';
const ENTRY_POINTS = '^libs/[^/]+/((testing|smtp|server|signals|bullmq)/)?index\\.ts$';
const TESTS = '(^test/|^libs/[^/]+/testing/|^apps/[^/]+/src/testing/|\\.spec\\.ts$)';

/** A library may import the libraries listed for it here, and no others. */
const library = (name, ...known) => ({
  name: `library-arrows-${name}`,
  comment:
    `${name} knows ${known.length === 0 ? 'no other library' : `${known.join(', ')} and nothing else`}. Arrows run ` +
    'users → activation → mail and events → owed-work, all → runtime. Declare a port in the library that calls, and let an app bind it.',
  from: { path: `^libs/${name}/` },
  to: { path: LIBS, pathNot: `^libs/(${[name, ...known].join('|')})/` },
});

const rules = [
  {
    name: 'no-cycles',
    comment: 'Two files that need each other are one file, or hide a third: move what both need there.',
    from: {},
    to: { circular: true },
  },
  {
    // The exception is for packages that only calculate, like node:crypto: a latency sketch, the prefix of an
    // address, the ASCII form of a domain. They use no network, store or file, and writing our own would be worse.
    name: 'domain-is-pure',
    comment:
      'A domain imports its own files, pure modules of Node and types. Declare a port here and implement it in adapters/.',
    from: { path: '^libs/([^/]+)/domain/', pathNot: TESTS },
    to: {
      pathNot: [
        '^libs/$1/domain/',
        ENTRY_POINTS,
        '^(node:)?(buffer|crypto|url|util)$',
        'node_modules/(@datadog/sketches-js|ipaddr\\.js|(@types/)?tr46)/',
      ],
    },
  },
  {
    name: 'domain-takes-types-only',
    comment:
      "Importing another library's index.ts loads its adapters and Nest: write `import type`, or declare a port.",
    from: { path: '^libs/[^/]+/domain/', pathNot: TESTS },
    to: { path: ENTRY_POINTS, dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'doors-show-no-adapter',
    comment:
      'Export the module, the port or a provider that binds the two. A test that wants the adapter gets it from testing/.',
    from: { path: '^libs/[^/]+/index\\.ts$' },
    to: { path: '^libs/[^/]+/adapters/' },
  },
  {
    name: 'use-cases-know-ports-only',
    comment:
      "A use case may import its own domain, other use cases, other libraries' index.ts, and Inject and Injectable of Nest. Ask for a port, and implement it in adapters/.",
    from: { path: '^libs/([^/]+)/use-cases/', pathNot: TESTS },
    to: {
      pathNot: [
        '^libs/$1/(domain|use-cases)/',
        '^libs/(?!$1/)[^/]+/index\\.ts$',
        '^(node:)?(buffer|crypto|url|util)$',
        'node_modules/(@nestjs/common|uuid)/',
      ],
    },
  },
  library('users', 'activation', 'mail', 'events', 'owed-work', 'runtime'),
  library('activation', 'mail', 'events', 'owed-work', 'runtime'),
  library('events', 'owed-work', 'runtime'),
  library('owed-work', 'runtime'),
  library('mail', 'runtime'),
  library('rate-limit', 'runtime'),
  library('metrics', 'runtime'),
  library('runtime'),
  {
    name: 'libraries-have-one-door',
    comment: 'Import @app/<library>, or @app/<library>/testing in a test; export there what is missing.',
    from: { path: '^(apps|test|tools)/' },
    to: { path: LIBS, pathNot: ENTRY_POINTS },
  },
  {
    name: 'libraries-use-doors-too',
    comment:
      'Import @app/<library>; export there what is missing. Inside your own library use relative paths.',
    from: { path: LIBS },
    to: { path: LIBS, pathNot: ['^libs/$1/', ENTRY_POINTS] },
  },
  {
    name: 'libraries-stand-alone',
    comment: 'A library knows no app, tool or test: pass what it needs as an argument, or declare a port.',
    from: { path: '^libs/', pathNot: '\\.spec\\.ts$' },
    to: { path: '^(apps|tools|test)/' },
  },
  {
    name: 'apps-stand-alone',
    comment:
      "Apps share libraries, never each other's files: move what both need into the library it belongs to.",
    from: { path: '^apps/([^/]+)/' },
    to: { path: '^(apps|tools)/', pathNot: '^apps/$1/' },
  },
  {
    name: 'tools-stay-outside',
    comment: 'Tools start the programs as an operator would: spawn them, or ask them over HTTP.',
    from: { path: '^tools/' },
    to: { path: '^(apps|libs)/' },
  },
  {
    name: 'tests-stay-out-of-production',
    comment:
      'Nothing that runs in production may need a fake or a fixture: move what it needs out of the tests.',
    from: { path: '^(apps|libs|tools)/', pathNot: TESTS },
    to: { path: TESTS },
  },
  {
    name: 'apps-reach-stores-through-libraries',
    comment: 'Apps do not use drivers directly: use a library, or add a port and its adapter to one.',
    // The doctor checks each store through its own connection, because the service's connections hide faults and
    // recover from them.
    from: { path: '^apps/', pathNot: [TESTS, '^apps/cli/src/doctor/'] },
    to: { path: 'node_modules/(postgres|pg|ioredis|nodemailer|@nestjs-modules/mailer)/' },
  },
  {
    name: 'production-needs-dependencies',
    comment: 'What runs in production belongs to "dependencies": move it there, or do without.',
    from: { path: '^(apps|libs)/', pathNot: TESTS },
    to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
  },
  {
    name: 'declared-dependencies',
    comment: 'It works only because another package depends on it: `npm install --save-exact` it.',
    // tools/check has its own package.json, which hides the root's from this rule.
    from: { pathNot: '^tools/check/' },
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'resolvable',
    comment: 'No such file or package: fix the path.',
    from: {},
    to: { couldNotResolve: true },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: rules.map((rule) => ({ ...rule, severity: 'error' })),
  options: {
    doNotFollow: { path: 'node_modules' },
    // Other projects' programs that the benchmark runs; they have their own package.
    exclude: { path: '^test/bench/peers/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
    skipAnalysisNotInRules: true,
  },
};
