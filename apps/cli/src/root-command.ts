import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectCommander, type CommandRunner } from 'nest-commander';
import { Configuration } from './configuration';

/** A command as commander, which nest-commander builds on, knows it. */
type Command = Parameters<CommandRunner['setCommand']>[0];

/** What people type: npm sets the variable when it runs a script. */
// eslint-disable-next-line no-restricted-properties -- npm's word to the programs it runs, no setting of the service
export const PROGRAM_NAME = process.env['npm_lifecycle_event'] === 'cli' ? 'npm run cli --' : 'cli';

/** The one command that looks at a faulty configuration itself. */
const DOCTOR = 'doctor';

/** Shapes what nest-commander has built: its name, and that wrong usage is an error, never `process.exit`. */
@Injectable()
export class RootCommand implements OnApplicationBootstrap {
  constructor(
    @InjectCommander() readonly root: Command,
    private readonly configuration: Configuration,
  ) {}

  /** nest-commander adds the commands in `onModuleInit`, so they are all there. */
  onApplicationBootstrap(): void {
    const { fault } = this.configuration;
    this.root
      .name(PROGRAM_NAME)
      .description(
        'Operates the registration service. It reads the same environment (or .env) as the service.',
      )
      .addHelpText('after', FIRST_STEPS)
      .hook('preAction', (_root, command) => {
        // As of a script whose variable is not set.
        if (command.args.some((argument) => argument.trim() === '')) {
          command.error('error: an argument is empty', { exitCode: 2 });
        }
        if (fault !== null && command.name() !== DOCTOR) throw fault;
      });
    shape(this.root, PROGRAM_NAME);
  }
}

function shape(command: Command, path: string): void {
  command.exitOverride().showHelpAfterError(`See: ${path} --help`);
  // A group takes what it does not know itself, to call it an unknown command.
  if (command.commands.length === 0) command.allowExcessArguments(false);
  for (const child of command.commands) shape(child, `${path} ${child.name()}`);
}

const FIRST_STEPS = `
Examples:
  $ ${PROGRAM_NAME} doctor             what is wrong, and how to fix it
  $ ${PROGRAM_NAME} db migrate         before the first start, and after an upgrade
  $ ${PROGRAM_NAME} codes purge        once an hour, or let the mailer-worker do it

Exit status: 0 done, 1 failed, 2 wrong usage, 78 wrong configuration.`;

/** The end of a command's help: what there is to know, and commands to copy. */
export function helpText(explanation: string, examples: Readonly<Record<string, string>>): string {
  const commands = Object.keys(examples).map((command) => `${PROGRAM_NAME} ${command}`);
  const width = Math.max(...commands.map((command) => command.length));
  const lines = Object.values(examples).map(
    (meaning, index) => `  $ ${commands[index]?.padEnd(width)}   ${meaning}`,
  );
  return `\n${explanation}\n\nExamples:\n${lines.join('\n')}`;
}
