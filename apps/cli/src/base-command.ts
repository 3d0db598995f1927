import { CommandRunner, Option } from 'nest-commander';

export interface ReportOptions {
  readonly json?: boolean;
}

/** A command that reports its result: in words, or as one JSON object with `--json`. */
export abstract class BaseCommand extends CommandRunner {
  @Option({ flags: '--json', description: 'print one JSON object instead of text' })
  parseJson(): boolean {
    return true;
  }

  protected report(options: ReportOptions, result: object, words: string): void {
    process.stdout.write(`${options.json ? JSON.stringify(result) : words}\n`);
  }
}

/** A group of commands; it does nothing itself. */
export abstract class CommandGroup extends CommandRunner {
  async run([unknown]: string[]): Promise<void> {
    if (unknown === undefined) this.command.help({ error: true });
    this.command.error(`error: unknown command '${unknown}'`);
  }
}
