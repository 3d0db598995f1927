import type { INestApplicationContext } from '@nestjs/common';
import { CommandFactory } from 'nest-commander';
import { AppModule } from './app.module';
import { exitStatusOf } from './exit-status';
import { Configuration } from './configuration';
import { RootCommand } from './root-command';

describe('The root command', () => {
  const configuration = Configuration.read({ DATABASE_HOST: '127.0.0.1', DATABASE_PORT: '1' });
  let app: INestApplicationContext;
  let stdout = '';
  let stderr = '';

  beforeAll(async () => {
    app = await CommandFactory.createWithoutRunning(AppModule.forConfiguration(configuration), {
      logger: false,
      outputConfiguration: {
        writeOut: (text) => (stdout += text),
        writeErr: (text) => (stderr += text),
      },
    });
  });
  beforeEach(() => {
    stdout = '';
    stderr = '';
  });
  afterAll(() => app.close());

  /** Resolves to the exit status. */
  const call = (...args: string[]): Promise<number> =>
    app
      .get(RootCommand)
      .root.parseAsync(['node', 'cli', ...args])
      .then(
        () => 0,
        (error: unknown) => exitStatusOf(error, configuration.environment),
      );

  /** The names of all commands, as typed. */
  const commands = (): string[] => {
    type Command = RootCommand['root'];
    const below = (command: Command, path: string): string[] =>
      command.commands.flatMap((child) => {
        const own = `${path}${child.name()}`;
        return [own, ...below(child, `${own} `)];
      });
    return below(app.get(RootCommand).root, '');
  };
  const isGroup = (command: string): boolean => commands().some((other) => other.startsWith(`${command} `));

  it('has help with examples for each command and group', async () => {
    expect(commands().length).toBeGreaterThan(25);
    for (const command of commands()) {
      stdout = '';
      expect([command, await call(...command.split(' '), '--help')]).toEqual([command, 0]);
      expect(stdout).toContain(`Usage: cli ${command} [options]`);
      expect(stdout).toContain(`Examples:\n  $ cli ${command}`);
      if (!isGroup(command)) expect(stdout).toContain('--json');
    }
  });

  it('lists each group in its overview', async () => {
    expect(await call('--help')).toBe(0);
    for (const name of ['codes', 'db', 'mail', 'doctor'])
      expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  });

  it.each([
    [[], 'Usage: cli'],
    [['db'], 'Usage: cli db'],
    [['nothing'], "unknown command 'nothing'"],
    [['db', 'nothing'], "unknown command 'nothing'"],
    [['doctor', 'extra'], 'too many arguments'],
    [['codes', 'purge', 'extra'], 'too many arguments'],
    [['codes', 'purge', '--nothing'], "unknown option '--nothing'"],
    [['codes', 'purge', '--older-than'], 'argument missing'],
    [['codes', 'purge', '--older-than', '1'], '90s, 15m, 1h or 7d'],
    [['codes', 'purge', '--older-than', '9999d'], 'The maximum is 3650d'],
    [['codes', 'purge', '--batch-size', '10001'], 'from 1 to 10000'],
    [['mail', 'owed', '--limit', 'all'], 'from 1 to 10000'],
    [['mail', 'preview', '--language', 'xx'], 'Use one of: en, fr, de, es, pt, ja, ar.'],
    [['mail', 'preview', '--template', 'xx'], 'Use one of: activation_code, address_taken.'],
    [['users', 'list', '--csv', '--json'], 'use either --csv or --json'],
    [['users', 'export', '--csv', '--json'], 'use either --csv or --json'],
    [['events', 'list', '--all', '--limit', '5'], 'use either --all or --limit'],
    [['audit', 'list', '--since', '1d', '--until', '2d'], '--until must be after --since'],
    [['stats', '--csv', '--json'], 'use either --csv or --json'],
    [['users', 'list', '--since', '2026-02-30'], 'Use a day (2026-01-31)'],
    [['users', 'find', ''], 'an argument is empty'],
    [['users', 'erase', ' '], 'an argument is empty'],
    [['users', 'erase', 'kevin@example.com', '--reason', 'kevin@example.com wrote'], 'leave addresses out'],
    [['users', 'activate', 'kevin@example.com', '--reason', ' '], '--reason'],
  ])('reports %j as wrong usage', async (args, message) => {
    expect(await call(...args)).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/Usage: cli|See: cli .*--help/);
    expect(stdout).toBe('');
  });
});
