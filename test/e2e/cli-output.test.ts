import { spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hashSync } from 'bcrypt';
import { startCli } from '../support/cli';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { insertExpired } from '../support/registrations';

// Each test runs programs, several of them one after another.
jest.setTimeout(90_000);

const LINES = 20_000;

describe('the output of a command', () => {
  let database: TestDatabase;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'output-'));
    database = await createDatabase();
    await insertExpired(database.sql, 5_000);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await database.drop();
  });

  it.each([
    [['users', 'list', '--all']],
    [['users', 'export']],
    [['users', 'export', '--csv']],
    [['users', '--help']],
  ])('may end early, as in a pipe to head: %j', async (args) => {
    const { process: command, result } = startCli(args, database.env);
    command.stdout?.once('data', () => command.stdout?.destroy());
    const { status, stderr } = await result;
    expect([status, stderr]).toEqual([0, '']);
  });

  it.each([[['users', 'list']], [['users', 'export']], [['stats', '--json']]])(
    'fails with one line on a full disk: %j',
    (args) => {
      const full = openSync('/dev/full', 'w');
      const { status, stderr } = spawnSync(
        process.execPath,
        [path.resolve('dist/apps/cli/src/main.js'), ...args],
        {
          env: { PATH: process.env['PATH'], NODE_ENV: 'test', ...database.env },
          stdio: ['ignore', full, 'pipe'],
          encoding: 'utf8',
        },
      );
      expect([status, stderr]).toEqual([
        1,
        'Cannot write the output: ENOSPC: no space left on device, write\n',
      ]);
    },
  );

  it('does not stop an import when nothing reads its refusals', async () => {
    const file = path.join(folder, 'people.ndjson');
    const password_hash = hashSync('SecurePass123', 4);
    const lines = Array.from({ length: LINES }, (_, n) =>
      n % 2 === 0
        ? 'refused'
        : JSON.stringify({ email: `p${n}@example.org`, password_hash, activated_at: '2025-01-31T12:00:00Z' }),
    );
    writeFileSync(file, lines.join('\n'));
    const { process: command, result } = startCli(
      ['users', 'import', file, '--reason', 'move', '--json'],
      database.env,
    );
    command.stderr?.once('data', () => command.stderr?.destroy());
    const done = await result;
    expect([done.status, done.json()]).toEqual([
      1,
      expect.objectContaining({ imported: LINES / 2, refused: LINES / 2 }),
    ]);
  });
});
