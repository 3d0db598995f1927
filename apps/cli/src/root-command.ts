import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectCommander, type CommandRunner } from 'nest-commander';
import { Configuration } from './configuration';

/** A command of commander, which nest-commander is built on. */
type Command = Parameters<CommandRunner['setCommand']>[0];

/** What people type: npm sets this variable when it runs a script. */
// eslint-disable-next-line no-restricted-properties -- set by npm for the programs it runs, not a setting of the service
export const PROGRAM_NAME = process.env['npm_lifecycle_event'] === 'cli' ? 'npm run cli --' : 'cli';

/** The only command that accepts a faulty configuration, to report its faults. */
const DOCTOR = 'doctor';

/** Adjusts the commands of nest-commander: their name, and an error instead of `process.exit` for wrong usage. */
@Injectable()
export class RootCommand implements OnApplicationBootstrap {
  constructor(
    @InjectCommander() readonly root: Command,
    private readonly configuration: Configuration,
  ) {}

  /** nest-commander adds the commands in `onModuleInit`, so all of them exist by now. */
  onApplicationBootstrap(): void {
    const { fault } = this.configuration;
    this.root
      .name(PROGRAM_NAME)
      .description(
        'Operates the registration service. Uses the same environment variables (or .env file) as the service.',
      )
      .addHelpText('after', FIRST_STEPS)
      .hook('preAction', (_root, command) => {
        // For example from a script with an unset variable.
        if (command.args.some((argument) => argument.trim() === '')) {
          command.error('error: an argument is empty');
        }
        if (fault !== null && command.name() !== DOCTOR) throw fault;
      });
    shape(this.root, PROGRAM_NAME);
  }
}

function shape(command: Command, path: string): void {
  command.exitOverride().showHelpAfterError(`See: ${path} --help`);
  command.configureOutput({
    outputError: (text, write) => write(ADDRESS_AS_OPTION.test(text) ? `${text}${DASH_HINT}` : text),
  });
  // A group accepts unknown arguments, to report them as unknown commands.
  command.allowExcessArguments(command.commands.length > 0);
  for (const child of command.commands) shape(child, `${path} ${child.name()}`);
}

const ADDRESS_AS_OPTION = /^error: unknown option '-[^']*@/;
const DASH_HINT = 'If this is an address, put it last, after two dashes: -- -name@example.com\n';

const FIRST_STEPS = `
Examples:
  $ ${PROGRAM_NAME} doctor             find problems and how to fix them
  $ ${PROGRAM_NAME} db migrate         before the first start, and after an upgrade
  $ ${PROGRAM_NAME} codes purge        once an hour, unless the mailer-worker does it

Exit status: 0 success, 1 failure, 2 wrong usage, 78 invalid configuration.`;
