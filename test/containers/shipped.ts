import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../tools/processes/ports';
import { docker, eventually, run } from './engine';
import { codeIn } from './stage';

const ROOT = path.resolve(__dirname, '../..');
const PROJECT = 'user-registration-shipped-test';
const CREDENTIALS = { email: 'kevin@example.com', password: 'SecurePass123' };
const CLI = 'dist/apps/cli/src/main.js';
/** What SHUTDOWN_TIMEOUT_SECONDS of 5 allows; an exit status of 137 would mean that the engine lost patience. */
const STOPPED_WITHIN_SECONDS = 20;

/** docker-compose.yml and nothing else, under another project name and on other ports. */
export function describeShipped(): void {
  describe('the stack exactly as it ships', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'shipped-'));
    let inbox = '';
    let api = '';
    const compose = (...args: readonly string[]): Promise<string> =>
      run('docker', ['compose', '-p', PROJECT, ...args], { cwd: folder });
    const up = (): Promise<string> => compose('up', '--detach', '--wait', '--wait-timeout', '240');
    const cli = (...args: readonly string[]): Promise<string> =>
      compose('exec', '-T', 'api', 'node', CLI, ...args);
    const ask = (route: string, body?: object): Promise<Response> =>
      fetch(`${api}/api/v1/users/${route}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          'Content-Type': 'application/json',
          Authorization: `Basic ${Buffer.from(Object.values(CREDENTIALS).join(':')).toString('base64')}`,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(10_000),
      });

    beforeAll(async () => {
      for (const name of ['docker-compose.yml', 'deploy'])
        cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
      const [apiPort, inboxPort] = [await freePort(), await freePort()];
      [api, inbox] = [`http://127.0.0.1:${apiPort}`, `http://127.0.0.1:${inboxPort}`];
      writeFileSync(
        path.join(folder, '.env'),
        `VERSION=test\nAPI_PORT=${apiPort}\nINBOX_PORT=${inboxPort}\nSHUTDOWN_TIMEOUT_SECONDS=5\n`,
      );
      await up();
    }, 300_000);

    afterAll(async () => {
      await compose('down', '--volumes', '--remove-orphans', '--timeout', '5');
      rmSync(folder, { recursive: true });
    }, 120_000);

    it('takes a sign-up to an activated account', async () => {
      expect((await ask('register', CREDENTIALS)).status).toBe(201);
      const code = await eventually(() => codeIn(inbox, CREDENTIALS.email), 40);
      expect((await ask('activate', { activation_code: code })).status).toBe(200);
    });

    it('has the commands of the operator', async () => {
      expect(await cli('users', 'find', CREDENTIALS.email)).toContain(CREDENTIALS.email);
      // The inbox has no TLS, which is a warning and not a failure.
      expect(await cli('doctor')).toMatch(/, 0 failed/);
      expect(await compose('run', '--rm', '-T', 'migrate', CLI, 'db', 'status')).toMatch(/0001/);
    });

    it('works while each part is restarted or replaced in turn', async () => {
      for (const part of ['redis', 'postgres', 'mailpit']) {
        await compose('restart', part);
        await compose('up', '--detach', '--wait', '--no-deps', '--force-recreate', part);
        await eventually(async () => expect((await ask('me')).status).toBe(200), 30);
        expect(await eventually(() => cli('doctor'), 30)).toMatch(/, 0 failed/);
      }
    });

    it('finishes before the engine kills it, and keeps its accounts from one start to the next', async () => {
      const ids = (await compose('ps', '--quiet', 'api', 'mailer-worker')).split('\n');
      const started = performance.now();
      await compose('stop', 'api', 'mailer-worker');
      expect((performance.now() - started) / 1_000).toBeLessThan(STOPPED_WITHIN_SECONDS);
      const statuses = await docker(
        'inspect',
        '--format',
        '{{.State.ExitCode}} {{.Config.StopTimeout}}',
        ...ids,
      );
      expect(new Set(statuses.split('\n'))).toEqual(new Set(['0 20']));
      await compose('down');
      await up();
      expect((await ask('me')).status).toBe(200);
    });
  });
}
