import { CommandRunner, Option } from 'nest-commander';

export interface ReportOptions {
  readonly json?: boolean;
}

/** A command that says what it did: in words, or as one JSON object with `--json`. */
export abstract class BaseCommand extends CommandRunner {
  @Option({ flags: '--json', description: 'print one JSON object instead of words' })
  parseJson(): boolean {
    return true;
  }

  protected report(options: ReportOptions, result: object, words: string): void {
    process.stdout.write(`${options.json ? JSON.stringify(result) : words}\n`);
  }
}

/** A name that commands stand under, and nothing by itself. */
export abstract class CommandGroup extends CommandRunner {
  async run([unknown]: string[]): Promise<void> {
    if (unknown === undefined) this.command.help({ error: true });
    this.command.error(`error: unknown command '${unknown}'`);
  }
}
