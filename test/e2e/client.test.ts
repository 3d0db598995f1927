import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { curlLines } from '../../tools/terminal';
import type { InboxPages } from '../support/inbox';
import { Client, Service } from '../support/service';
import { until } from '../support/until';

const ROOT = path.resolve(__dirname, '../..');
const EXAMPLE = path.join(ROOT, 'docs/client/example.ts');
const program = (name: string): string => path.join(ROOT, 'node_modules/.bin', name);
const run = promisify(execFile);

/** Does not compile if a type has become `any`, or a field has changed. */
const MISUSE = `
import createClient from 'openapi-fetch';
import type { paths } from './schema';
const client = createClient<paths>({ baseUrl: 'http://127.0.0.1' });
// @ts-expect-error -- there is no such endpoint
void client.GET('/api/v1/nothing');
// @ts-expect-error -- a number is no address
void client.POST('/api/v1/users/register', { body: { email: 1, password: 'SecurePass123' } });
// @ts-expect-error -- the password is missing
void client.POST('/api/v1/users/register', { body: { email: 'a@example.com' } });
// @ts-expect-error -- an answer has no such field
void client.POST('/api/v1/users/activate', { body: { activation_code: '1234' } }).then(({ data }) => data?.code);
`;

let service: Service;
let inbox: InboxPages;

beforeAll(async () => {
  service = await Service.start('one-node');
  inbox = await service.inbox.servePages();
});
afterAll(async () => {
  inbox.close();
  await service.stop();
});

describe('The TypeScript client', () => {
  let folder: string;

  beforeAll(() => {
    // Inside the checkout, so that the programs find its packages.
    mkdirSync(path.join(ROOT, 'dist'), { recursive: true });
    folder = mkdtempSync(path.join(ROOT, 'dist/client-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('generated from the running service compiles, rejects misuse, and calls every endpoint', async () => {
    await run(path.join(ROOT, 'tools/check/node_modules/.bin/openapi-typescript'), [
      `${service.api.url}/docs-json`,
      '-o',
      // Not a declaration file, whose types would not be checked.
      path.join(folder, 'schema.ts'),
    ]);
    copyFileSync(EXAMPLE, path.join(folder, 'example.ts'));
    writeFileSync(path.join(folder, 'misuse.ts'), MISUSE);
    const options = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
    // The declarations of the language and of packages are not ours to check.
    options.push('--skipLibCheck');
    const sources = ['example.ts', 'misuse.ts'];
    await run(program('tsc'), [...options, '--ignoreConfig', ...sources], { cwd: folder }).catch(
      (error: unknown) => {
        throw new Error((error as { stdout: string }).stdout);
      },
    );

    const { stdout } = await run(process.execPath, [
      path.join(folder, 'example.js'),
      service.api.url,
      inbox.url,
    ]);
    expect(stdout).toContain('registering again: 409 UserAlreadyExists');
    expect(stdout).toContain('healthy, 1 activation(s)');

    const document = (await new Client(service.api.url).get('/docs-json')).body as {
      paths: Record<string, object>;
    };
    const called = (method: string, route: string): boolean =>
      service.api.lines.some((line) => line.includes(`"method":"${method}","route":"${route}"`));
    for (const [route, operations] of Object.entries(document.paths)) {
      for (const method of Object.keys(operations)) {
        await until(`${method} ${route} was called`, () => called(method.toUpperCase(), route));
      }
    }
  }, 60_000);
});

/** The shell block of the README that starts with a registration. */
const inReadme = (api: string, inbox: string): string => {
  const blocks = [...readFileSync('README.md', 'utf8').matchAll(/^```bash\n([\s\S]*?)^```/gm)];
  const block = blocks.map(([, text = '']) => text).find((text) => text.includes('# 1. Register')) ?? '';
  return block.replaceAll('http://127.0.0.1:8000', api).replaceAll('http://127.0.0.1:8025', inbox);
};

describe('The commands for trying the service', () => {
  // Both sign up the same person.
  beforeEach(async () => {
    await service.database.sql`truncate users`;
    service.inbox.mailbox.delete();
  });

  it.each([
    ['the README', inReadme],
    ['the banner of make run', curlLines],
  ])('lead from sign-up to an activated account in %s', async (_where, lines) => {
    const script = lines(service.api.url, inbox.url);
    const { stdout } = await run('bash', ['-c', script], { timeout: 30_000 });
    expect(stdout).toContain('"is_activated":true');
  });
});
