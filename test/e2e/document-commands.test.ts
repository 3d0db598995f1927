import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { hashSync } from 'bcrypt';
import { freePort } from '../../tools/processes/ports';
import { Checkout } from '../support/checkout';
import { cli } from '../support/cli';
import { createDatabase } from '../support/postgres';
import { insertActivated, insertGivenUp, insertOwed } from '../support/registrations';
import type { InboxPages } from '../support/inbox';
import { Client, Service } from '../support/service';
import { until } from '../support/until';
import { CLI, commandsOf, shellCommands, type ShellCommand } from '../support/shell-commands';

// docs/operations.md has some thirty commands, each a process: a minute on an idle machine.
jest.setTimeout(600_000);
const COMMAND_TIMEOUT_MS = 60_000;

const REBUILDS = 'rebuilds or replaces files that the running tests use';
const SERVES = 'serves until it is stopped; every end-to-end test starts the same programs';
const LONG = 'takes minutes, and is a separate run';
const ENGINE = 'needs a container engine; make test-containers runs the image and the stack';
const CLUSTER = 'needs a Kubernetes cluster; the manifests are compared with its schemas by make check';

/** Commands that are not run here, each with the reason. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'git clone <this repository> user-registration && cd user-registration': 'downloads the project',
  'make run': SERVES,
  'npm run start:dev': SERVES,
  'npm run start:api': SERVES,
  'npm run start:mailer-worker': SERVES,
  'WEB_CONCURRENCY=4 npm run start:api': SERVES,
  'npm ci': REBUILDS,
  'make format': REBUILDS,
  'npm ci && npm run build': REBUILDS,
  'npm run build': REBUILDS,
  'npm run --silent build': REBUILDS,
  'npm run openapi': REBUILDS,
  'npm run config:docs': REBUILDS,
  'make test': LONG,
  'make check': LONG,
  'make chaos': LONG,
  'make test-containers': LONG,
  'npm run chaos': LONG,
  'npm run lint': LONG,
  'npm run bench': LONG,
  'npm run bench -- --full': LONG,
  'npm run bench -- --against HEAD~50': LONG,
  'npx jest --selectProjects unit libs/users/domain/password.spec.ts': 'is a test; make test runs it',
  'npx jest --selectProjects e2e --testPathPatterns e2e/registration': 'is a test; make test runs it',
  'make up': ENGINE,
  'docker compose up': ENGINE,
  'docker compose up --build --detach --wait': ENGINE,
  'docker compose exec api node dist/apps/cli/src/main.js users find kevin@example.com': ENGINE,
  'docker build --build-arg VERSION=1.2.3 .': ENGINE,
  "docker buildx imagetools inspect … --format '{{ json .SBOM }}'": 'needs the published image',
  'cd deploy/kubernetes/overlays/production': CLUSTER,
  'cp secret.env.example secret.env': CLUSTER,
  'kubectl apply -f namespace.yaml': CLUSTER,
  'kubectl -n user-registration delete job migrate --ignore-not-found': CLUSTER,
  "kubectl apply -k . -l 'app.kubernetes.io/component in (config, migrate)'": CLUSTER,
  'kubectl -n user-registration wait --for=condition=complete job/migrate --timeout=10m': CLUSTER,
  'kubectl apply -k .': CLUSTER,
  'kubectl apply -k deploy/kubernetes/overlays/production': CLUSTER,
  'kubectl apply -k deploy/kubernetes/monitoring': CLUSTER,
  'kubectl port-forward deploy/api 9000': CLUSTER,
  'kubectl -n user-registration exec deploy/api -- node dist/apps/cli/src/main.js doctor': CLUSTER,
};

/** Commands that ask on a terminal, and their form for a script. */
const ASKING: readonly (readonly [string, string])[] = [
  ['events replay --since 1d', 'events replay --since 1d --yes'],
  [`${CLI} db rollback`, `${CLI} db rollback --yes`],
  [
    `erase test@example.com --reason "asked by mail"'`,
    `erase test@example.com --reason "asked by mail" --yes'`,
  ],
];

/** What a common task must print, or to write into the file that it names. */
const ANSWERS: Readonly<Record<string, RegExp>> = {
  'users find kevin@example.com': /last reply "451 greylisted" from 127\.0\.0\.1, next attempt in/,
  'users find order-17': /kevin@example\.com/,
  'users list --state undeliverable --since 1d': /"email":"marie@example\.com","state":"undeliverable"/,
  'mail owed': /k\*\*\*@example\.com[^]*451 greylisted/,
  'users export --of kevin@example.com > kevin.json': /"email": "kevin@example\.com"[^]*"held as a hash"/,
  'users erase kevin@example.com --reason "asked by mail" --yes': /^Erased 1 account, 1 owed mail/m,
  'users erase --from leavers.txt --reason "contract ended" --yes': /^Erased 2 accounts/m,
  'stats --since 2d --by day': /^total +\d+ +\d+ +\d+ %/m,
  'uniq -c': /^ *2 [\w-]{16} registration$/m,
  'users export --state activated > activated.ndjson': /"email":"ana@example\.com","state":"activated"/,
  'users export --state activated --csv > activated.csv': /,ana@example\.com,activated,/,
  'users erasures > erasures.ndjson': /^\{"account_id":"[0-9a-f-]{36}","digest":"[0-9a-f]{64}","erased_at":/m,
  'users erase --again --from erasures.ndjson --reason "restore" --yes':
    /^Erased 1 account again; \d+ did not exist, 0 skipped/m,
  'users import people.ndjson --reason "move"': /^1 account imported, 0 already existed, 0 lines refused/m,
  'audit list --action users.erase --since 30d': /"action":"users\.erase"/,
};

/** A command of the command line that needs no shell. npm and a process of its own would take a second. */
const PLAIN = new RegExp(`^${CLI} ([^|<>;&$\`]+?)(?: > (\\S+))?$`);
const PASSWORD = 'SecurePass123';
const HASH = hashSync(PASSWORD, 4);
const all = shellCommands();
const isRun = ({ commands }: ShellCommand): boolean => !commands.some((command) => command in NOT_RUN);
const typed = all.filter((one) => isRun(one) && !one.mention);
/** Each script once, and commands that are only mentioned if no script runs them. */
const scripts = [...new Map([...typed, ...all.filter(isNew)].map((one) => [one.script, one])).values()];
function isNew({ mention, script }: ShellCommand): boolean {
  return mention && !typed.some((other) => other.script.includes(script.replace(' --help', '')));
}

describe('A shell command in the documents', () => {
  it('is run here, or is listed as one that cannot be run', () => {
    const halves = all.filter((one) => !isRun(one) && !one.commands.every((command) => command in NOT_RUN));
    expect(halves.map(({ document, commands }) => [document, commands])).toEqual([]);
    const named = new Set(all.flatMap(({ commands }) => commands));
    expect(Object.keys(NOT_RUN).filter((command) => !named.has(command))).toEqual([]);
    const run = scripts.flatMap(({ commands }) => commands).join('\n');
    expect(Object.keys(ANSWERS).filter((command) => !run.includes(command))).toEqual([]);
  });

  it('refers to an existing script or target if it is not run', () => {
    const { scripts: known } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object };
    const makefile = readFileSync('Makefile', 'utf8');
    for (const command of Object.keys(NOT_RUN)) {
      const script = /npm run (?:--silent )?([\w:-]+)/.exec(command)?.[1];
      if (script !== undefined) expect(Object.keys(known)).toContain(script);
      const target = /^make (\S+)/.exec(command)?.[1];
      if (target !== undefined) expect(makefile).toMatch(new RegExp(`^${target}:`, 'm'));
    }
  });
});

describe('The commands in the documents', () => {
  const checkout = new Checkout();
  let service: Service;
  let hooks: Server;
  let inbox: InboxPages;

  beforeAll(async () => {
    const hookPort = await freePort();
    hooks = createServer((request, response) => {
      request.resume().once('end', () => response.writeHead(204).end());
    }).listen(hookPort, '127.0.0.1');
    service = await Service.start('one-node', {
      ENABLE_RATE_LIMITING: 'true',
      TRUST_PROXY: '127.0.0.1',
      EVENTS_TOKEN: 'a-token-of-thirty-two-characters-1',
      WEBHOOK_URL: `http://127.0.0.1:${hookPort}/hook`,
      WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
      RATE_LIMIT_REGISTRATION_PER_HOUR: '1',
    });
    inbox = await service.inbox.servePages();
    await flood();
    await eraseRestored();
  });
  afterAll(async () => {
    for (const server of [hooks, inbox]) server.close();
    checkout.remove();
    await service.stop();
  });

  /** One client registers three times, and the limit refuses two of them. */
  async function flood(): Promise<void> {
    const client = new Client(service.api.url);
    for (const name of ['a', 'b', 'c']) {
      await client.register(`${name}@example.com`, PASSWORD, { 'X-Forwarded-For': '203.0.113.9' });
    }
    const refused = () => service.api.lines.filter((line) => line.includes('RateLimitExceeded'));
    await until('both refusals are logged', () => refused().length === 2);
    checkout.write('api.log', service.api.lines);
  }

  const RESTORED = '0198c0de-0000-7000-8000-000000000001';
  const restore = () => service.database.sql`
    insert into users (id, email, password_hash, activated_at) values (${RESTORED}, 'gone@example.com', 'x', now())`;

  async function eraseRestored(): Promise<void> {
    await restore();
    await cli(['users', 'erase', RESTORED, '--reason', 'asked', '--yes'], service.env);
    const { stdout } = await cli(['users', 'erasures'], service.env);
    checkout.write('erasures.ndjson', [stdout.trim()]);
  }

  /** The people and files in the documents, restored before each script. */
  async function restoreState(script: string): Promise<void> {
    const { sql } = service.database;
    await sql`truncate users, address_days`;
    await insertOwed(sql, 'kevin@example.com', '451 greylisted');
    await sql`update users set request_id = 'order-17'`;
    await insertGivenUp(sql, 'marie@example.com', '550 no such mailbox');
    await insertActivated(sql, 'ana@example.com');
    // The README registers this person itself.
    if (!script.includes('/register')) await insertOwed(sql, 'test@example.com');
    await sql`update users set password_hash = ${HASH} where email = 'test@example.com'`;
    await restore();
    checkout.write('leavers.txt', ['ana@example.com', 'marie@example.com']);
    const moved = { email: 'new@example.com', password_hash: HASH, activated_at: '2025-01-31T12:00:00Z' };
    for (const name of ['users.ndjson', 'people.ndjson']) checkout.write(name, [moved]);
  }

  async function run(script: string, env: NodeJS.ProcessEnv) {
    const plain = commandsOf(script).map((command) => PLAIN.exec(command));
    return await (plain.every((found) => found !== null) ? runPlain(plain, env) : runInShell(script, env));
  }

  async function runPlain(commands: readonly RegExpExecArray[], env: NodeJS.ProcessEnv) {
    const printed: string[] = [];
    for (const [, typed = '', file] of commands) {
      const words = execFileSync('bash', ['-c', `printf '%s\\0' ${typed}`], { encoding: 'utf8' });
      const { status, stdout, stderr } = await cli(words.split('\0').slice(0, -1), env, '', checkout.folder);
      if (file === undefined) printed.push(stdout);
      else writeFileSync(`${checkout.folder}/${file}`, stdout);
      if (status !== 0) return { status, stdout, stderr };
    }
    return { status: 0, stdout: printed.join(''), stderr: '' };
  }

  async function runInShell(script: string, env: NodeJS.ProcessEnv) {
    const shell = spawn('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: checkout.folder,
      env: {
        PATH: process.env['PATH'],
        HOME: checkout.folder,
        NODE_ENV: 'test',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    // Together with the processes that it started, which would keep its output open.
    const late = setTimeout(() => process.kill(-(shell.pid as number), 'SIGKILL'), COMMAND_TIMEOUT_MS);
    const [[status], stdout, stderr] = await Promise.all([
      once(shell, 'close'),
      text(shell.stdout),
      text(shell.stderr),
    ]);
    clearTimeout(late);
    return { status: Number(status), stdout, stderr };
  }

  /** Modules and build are up to date: make must not replace them while tests run. */
  const inTest = (script: string): string =>
    ASKING.reduce((all, [asking, scripted]) => all.replace(asking, scripted), script)
      .replace(/^make /, 'make -o dist/.built -o node_modules/.package-lock.json ')
      .replaceAll('http://127.0.0.1:8000', service.api.url)
      .replaceAll('http://127.0.0.1:8025', inbox.url);

  const documents = [...new Set(scripts.map(({ document }) => document))];

  it.each(documents)('work as described: %s', async (document) => {
    for (const { script, commands } of scripts.filter((one) => one.document === document)) {
      await restoreState(script);
      // A rollback leaves a schema that the service cannot use.
      const other = script.includes('db rollback') ? await createDatabase() : undefined;
      const { status, stdout, stderr } = await run(inTest(script), { ...service.env, ...other?.env });
      await other?.drop();
      expect({ script, status, stderr: status === 0 ? '' : stderr + stdout }).toEqual({
        script,
        status: 0,
        stderr: '',
      });
      expect(stdout).not.toContain('"error":');
      for (const [command, answer] of Object.entries(ANSWERS)) {
        const asked = commands.find((one) => one.includes(command) && !one.includes('--help'));
        if (asked === undefined) continue;
        const file = / > (\S+)$/.exec(asked)?.[1];
        expect(file === undefined ? stdout : readFileSync(`${checkout.folder}/${file}`, 'utf8')).toMatch(
          answer,
        );
      }
    }
  });
});
