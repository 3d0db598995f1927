import { Option, CommandRunner } from 'nest-commander';

export interface ReportOptions {
  readonly json?: boolean;
}

/** A command that says what it did: in words, or as one JSON object with `--json`. */
export abstract class ReportingCommand extends CommandRunner {
  @Option({ flags: '--json', description: 'print one JSON object instead of words' })
  parseJson(): boolean {
    return true;
  }

  protected report(options: ReportOptions, result: object, words: string): void {
    process.stdout.write(`${options.json ? JSON.stringify(result) : words}\n`);
  }
}
