import { CommandRunner, Help, Option } from 'nest-commander';
import { PROGRAM_NAME } from './root-command';

export interface ReportOptions {
  readonly json?: boolean;
}

/** A command whose help ends with an explanation, and examples to copy. */
abstract class ExplainedCommand extends CommandRunner {
  protected abstract readonly explanation: string;
  /** What to type after the name of the program, and its meaning. */
  protected abstract readonly examples: Readonly<Record<string, string>>;

  @Help('after')
  help(): string {
    const commands = Object.keys(this.examples).map((command) => `${PROGRAM_NAME} ${command}`);
    const width = Math.max(...commands.map((command) => command.length));
    const lines = Object.values(this.examples).map(
      (meaning, index) => `  $ ${commands[index]?.padEnd(width)}   ${meaning}`,
    );
    return `\n${this.explanation.trimStart()}\n\nExamples:\n${lines.join('\n')}`;
  }
}

/** A command that reports its result: in words, or as one JSON object with `--json`. */
export abstract class BaseCommand extends ExplainedCommand {
  @Option({ flags: '--json', description: 'print one JSON object instead of text' })
  parseJson(): boolean {
    return true;
  }

  /** Ends the command with the message, a hint to its help, and exit status 2. */
  protected wrongUsage(message: string): never {
    this.command.error(`error: ${message}`);
  }

  protected report(options: ReportOptions, result: object, words: string): void {
    process.stdout.write(`${options.json ? JSON.stringify(result) : words}\n`);
  }
}

/** A group of commands; it does nothing itself. */
export abstract class CommandGroup extends ExplainedCommand {
  async run([unknown]: string[]): Promise<void> {
    if (unknown === undefined) this.command.help({ error: true });
    this.command.error(`error: unknown command '${unknown}'`);
  }
}
