import { Option, SubCommand } from 'nest-commander';
import { EraseAccounts, UsersError, type ErasureTarget } from '@app/users';
import { AuditedCommand, type AuditedOptions } from '../audited-command';
import { messageOf } from '../exit-status';
import { confirm } from '../terminal/confirm';
import { counted, numbers, plainText } from '../terminal/format';
import { StopRequest } from '../terminal/stop-request';
import { erasedInWords } from './account-words';
import { parseErasureLog, readLines } from './erasure-log';

interface EraseOptions extends AuditedOptions {
  readonly dryRun?: boolean;
  readonly from?: string;
  readonly again?: boolean;
  readonly yes?: boolean;
}

@SubCommand({
  name: 'erase',
  arguments: '[account]',
  description: 'erase everything stored about a person',
  argsDescription: { account: 'address, account id, mail id or request id' },
})
export class UsersEraseCommand extends AuditedCommand {
  protected readonly explanation = `
Deletes the account, its owed mail, its counts and its address in events, in one transaction. The audit trail and
the erasure log keep an id and a digest of the address, and the event user.deleted is written without the
address. Backups still contain the person: after restoring an older one, repeat the erasures with --again.
It skips people who have registered again since. Without an account, the address is erased from counts and
events. The exit status is 1 if nothing was found for one of the entries.`;
  protected readonly examples = {
    'users erase kevin@example.com --dry-run': 'show what would be erased',
    'users erase kevin@example.com --reason "asked by mail" --yes': 'for a script',
    'users erase --from leavers.txt --reason "contract ended"': 'one address or id per line',
    'users erase --again --from erasures.ndjson --reason "restore of 2026-01-31"': 'after a restore',
  };

  constructor(private readonly erasure: EraseAccounts) {
    super();
  }

  @Option({
    flags: '--dry-run',
    description: 'show what would be erased without erasing it; needs no reason',
  })
  parseDryRun(): boolean {
    return true;
  }

  @Option({
    flags: '--from <file>',
    description: 'file with one address or id per line; with --again the erasure log',
  })
  parseFrom(given: string): string {
    return given;
  }

  @Option({ flags: '--again', description: 'repeat the erasures in a log after restoring a backup' })
  parseAgain(): boolean {
    return true;
  }

  @Option({ flags: '--yes', description: 'do not ask for confirmation' })
  parseYes(): boolean {
    return true;
  }

  async run([reference]: string[], options: EraseOptions): Promise<void> {
    if ((reference === undefined) === (options.from === undefined)) {
      this.wrongUsage('give one account, or a list of them with --from');
    }
    if (options.again && options.from === undefined) {
      this.wrongUsage('--again reads the erasure log: add --from <file>');
    }
    if (!options.dryRun) this.operator(options);
    const entries = reference === undefined ? await readLines(options.from ?? '') : [reference];
    if (options.again) await this.repeat(entries, options);
    else await this.erase(entries, options);
  }

  private async erase(references: readonly string[], options: EraseOptions): Promise<void> {
    const { found, missing } = await this.find(references);
    for (const each of missing) process.stderr.write(`${plainText(each)}\n`);
    if (missing.length > 0) process.exitCode = 1;
    let extent = await this.erasure.extent(found);
    let interrupted = false;
    if (!options.dryRun && found.length > 0) {
      const whom = found.length === 1 ? `${found[0]?.email}` : counted(found.length, 'person', 'people');
      await confirm(this.command, `Erase ${whom} (${erasedInWords(extent)})?`, options.yes);
      const operator = this.operator(options);
      const stop = new StopRequest();
      extent = await this.erasure.erase(found, operator, stop.signal);
      stop.release();
      interrupted = stop.signal.aborted;
    }
    if (interrupted) process.exitCode = 1;
    const result = {
      dry_run: options.dryRun ?? false,
      erased: options.dryRun ? 0 : extent.accounts,
      ...(options.dryRun ? { would_erase: extent.accounts } : {}),
      not_found: missing.length,
      owed_mails: extent.owedMails,
      wrong_try_counts: extent.wrongTryCounts,
      events_with_address: extent.eventsWithAddress,
      ...(interrupted ? { interrupted } : {}),
    };
    const words = `${options.dryRun ? 'Would erase' : 'Erased'} ${erasedInWords(extent)}.`;
    this.report(options, result, interrupted ? `${words} Interrupted; run it again to resume.` : words);
  }

  /** Lists each person once, even if the file contains them several times. One bad line does not spare the others. */
  private async find(references: readonly string[]) {
    const found = new Map<string, ErasureTarget>();
    const missing: string[] = [];
    for (const reference of references) {
      try {
        const target = await this.erasure.find(reference);
        if (target === null) missing.push(`Nothing found for ${reference}.`);
        else found.set(target.email, target);
      } catch (error) {
        if (!(error instanceof UsersError)) throw error;
        missing.push(`Nothing found for ${reference}. ${messageOf(error)}`);
      }
    }
    return { found: [...found.values()], missing };
  }

  private async repeat(lines: readonly string[], options: EraseOptions): Promise<void> {
    const log = parseErasureLog(lines);
    const counts = { erased: 0, absent: 0, address_differs: 0 };
    for (const erasure of log) counts[await this.erasure.dryRun(erasure)] += 1;
    const { erased, absent, address_differs: spared } = counts;
    if (!options.dryRun && log.length > 0) {
      await confirm(this.command, `Erase ${counted(erased, 'account')} again?`, options.yes);
      for (const erasure of log) await this.erasure.repeat(erasure, this.operator(options));
    }
    const result = {
      dry_run: options.dryRun ?? false,
      erased: options.dryRun ? 0 : erased,
      ...(options.dryRun ? { would_erase: erased } : {}),
      absent,
      spared,
    };
    const words = `${options.dryRun ? 'Would erase' : 'Erased'} ${counted(erased, 'account')} again; ${numbers(absent)} did not exist, ${numbers(spared)} skipped.`;
    this.report(options, result, words);
    if (spared > 0) {
      process.stderr.write(
        `${counted(spared, 'account')} matched an id but not the digest in the log: use the SECRET_KEY (or SECRET_KEY_PREVIOUS) of the time of the erasure.\n`,
      );
      process.exitCode = 1;
    }
  }
}
