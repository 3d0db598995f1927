import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { variables } from '@app/runtime';
import { run } from './engine';

const ROOT = path.resolve(__dirname, '../..');
const PROGRAMS = ['api', 'mailer-worker', 'migrate'];
/** Addresses inside the containers, which docker-compose.yml determines. */
const INSIDE = [
  ...['API_HOST', 'API_PORT', 'WORKER_PORT'],
  ...['DATABASE_HOST', 'DATABASE_PORT', 'DATABASE_NAME', 'DATABASE_USER', 'DATABASE_PASSWORD'],
  ...['REDIS_HOST', 'REDIS_PORT', 'SMTP_HOST', 'SMTP_PORT'],
];
const MAIL_SERVER = ['SMTP_HOST', 'SMTP_PORT'];
/** Text that a shell, Compose or Node would change outside of single quotes. */
const AWKWARD = 'pa$s#w "x" \\n  end';

export function describeSettings(): void {
  describe('.env', () => {
    let folder: string;

    beforeEach(() => {
      folder = mkdtempSync(path.join(tmpdir(), 'settings-'));
      for (const name of ['docker-compose.yml', 'docker-compose.smtp.yml', 'docker-compose.dev.yml'])
        cpSync(path.join(ROOT, name), path.join(folder, name));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    /** What each program gets, by the name of its service. */
    async function environments(...files: readonly string[]): Promise<Record<string, NodeJS.Dict<string>>> {
      const options = ['docker-compose.yml', ...files].flatMap((file) => ['-f', file]);
      // A shell's own variables would take precedence over those of .env.
      const config = await run('docker', ['compose', ...options, 'config', '--format', 'json'], {
        cwd: folder,
        env: Object.fromEntries(Object.keys(variables).map((name) => [name, undefined])),
      });
      const { services } = JSON.parse(config) as {
        services: Record<string, { environment?: Record<string, string | null> }>;
      };
      return Object.fromEntries(
        PROGRAMS.map((name) => [
          name,
          Object.fromEntries(
            Object.entries(services[name]?.environment ?? {}).map(([variable, value]) => [
              variable,
              // `config` prints what Compose could read again.
              value?.replaceAll('$$', '$'),
            ]),
          ),
        ]),
      );
    }
    const lostOf = (environment: NodeJS.Dict<string>): string[] =>
      Object.keys(variables).filter((name) => environment[name] !== valueOf(name));

    it.each([
      { files: [], determined: INSIDE },
      {
        files: ['docker-compose.smtp.yml'],
        determined: INSIDE.filter((name) => !MAIL_SERVER.includes(name)),
      },
      { files: ['docker-compose.dev.yml'], determined: [...INSIDE, 'NODE_ENV', 'WEB_CONCURRENCY'] },
    ])('brings every variable to every program: $files', async ({ files, determined }) => {
      const lines = Object.keys(variables).map((name) => `${name}=${valueOf(name)}\n`);
      writeFileSync(path.join(folder, '.env'), lines.join(''));
      const found = await environments(...files);
      for (const [service, environment] of Object.entries(found)) {
        // Only api and worker are developed with reload, and only they send mail.
        const expected = service === 'migrate' ? INSIDE : determined;
        expect([service, lostOf(environment).sort()]).toEqual([service, [...expected].sort()]);
      }
    });

    it('brings a value in single quotes unchanged, to Compose as to Node', async () => {
      const file = path.join(folder, '.env');
      writeFileSync(file, `SMTP_PASSWORD='${AWKWARD}'\nBRAND_NAME=\n`);
      for (const environment of Object.values(await environments()))
        expect(environment).toMatchObject({ SMTP_PASSWORD: AWKWARD, BRAND_NAME: '' });
      const script =
        'process.loadEnvFile(process.argv[1]); console.log(JSON.stringify(process.env.SMTP_PASSWORD))';
      expect(JSON.parse(await run(process.execPath, ['-e', script, file]))).toBe(AWKWARD);
    });
  });
}

/** Its own number for each variable, because Compose itself reads some of them: ports, and a time. */
const valueOf = (name: string): string => String(1_001 + Object.keys(variables).indexOf(name));
