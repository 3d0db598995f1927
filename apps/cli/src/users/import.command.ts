import { createReadStream, ReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Option, SubCommand } from 'nest-commander';
import { IMPORT_LINE_MAX, ImportAccounts, type ImportReport } from '@app/users';
import { AuditedCommand, type AuditedOptions } from '../audited-command';
import { counted, numbers } from '../terminal/format';
import { linesOf } from '../terminal/lines';
import { Progress } from '../terminal/progress';
import { StopRequest } from '../terminal/stop-request';

interface ImportOptions extends AuditedOptions {
  readonly dryRun?: boolean;
}

/** Maximum number of refusals in the JSON report; stderr lists all of them. */
const REFUSALS_REPORTED = 1_000;

@SubCommand({
  name: 'import',
  arguments: '<file>',
  description: 'import activated accounts from another system',
  argsDescription: { file: 'file with one JSON object per line; - reads standard input' },
})
export class UsersImportCommand extends AuditedCommand {
  protected readonly explanation = `
Each line has email, password_hash and activated_at, and optionally id (a UUID) and created_at. The hash is
bcrypt ($2a$, $2b$ or $2y$); a hash with a lower cost than BCRYPT_COST is renewed at the first sign-in.
Invalid lines are listed on stderr with their numbers, all others are imported, and the exit status is 1. After
an interruption run it again from the beginning: accounts that were already imported are skipped. No mail is
sent and no event is written. With --json the report contains the first ${numbers(REFUSALS_REPORTED)} refusals.`;
  protected readonly examples = {
    'users import people.ndjson --dry-run': 'show which lines would be refused, and why',
    'users import people.ndjson --reason "move from the old shop"': 'import the accounts',
    'users import - --reason "move" --json < people.ndjson': 'for a script',
  };

  constructor(private readonly accounts: ImportAccounts) {
    super();
  }

  @Option({ flags: '--dry-run', description: 'check every line without importing' })
  parseDryRun(): boolean {
    return true;
  }

  async run([file = '']: string[], options: ImportOptions): Promise<void> {
    const operator = options.dryRun ? null : this.operator(options);
    const refusals: { line: number; reason: string }[] = [];
    const progress = await progressOf(file);
    const input = file === '-' ? process.stdin : createReadStream(file);
    const stop = new StopRequest();
    try {
      const report = await this.accounts.importAccounts({
        lines: linesOf(input, IMPORT_LINE_MAX, stop.signal),
        operator,
        signal: stop.signal,
        onProgress: () => {
          if (input instanceof ReadStream) progress.at(input.bytesRead);
        },
        onRefused: (line, reason) => {
          if (refusals.length < REFUSALS_REPORTED) refusals.push({ line, reason });
          progress.end();
          process.stderr.write(`line ${line}: ${reason}\n`);
        },
      });
      progress.end();
      this.conclude(options, report, refusals, stop.signal.aborted);
    } finally {
      progress.end();
      stop.release();
    }
  }

  private conclude(
    options: ImportOptions,
    { lines, added, present, refused }: ImportReport,
    refusals: readonly object[],
    interrupted: boolean,
  ): void {
    const dryRun = options.dryRun ?? false;
    const result = {
      dry_run: dryRun,
      lines,
      imported: dryRun ? 0 : added,
      ...(dryRun ? { would_import: added } : {}),
      already_there: present,
      refused,
      refusals,
      interrupted,
    };
    const words = [
      `${counted(added, 'account')} ${dryRun ? 'would be imported' : 'imported'}`,
      `${numbers(present)} already existed`,
      `${counted(refused, 'line')} refused`,
    ].join(', ');
    this.report(options, result, `${words}${interrupted ? '. Interrupted; run it again to resume' : ''}.`);
    if (refused > 0 || interrupted) process.exitCode = 1;
  }
}

/** Shows progress by bytes read of a file; the length of a pipe is unknown. */
async function progressOf(file: string): Promise<Progress> {
  const size = file !== '-' && Progress.wanted ? (await stat(file)).size : 0;
  return new Progress(size, process.stderr, 'bytes');
}
