import { Option, SubCommand } from 'nest-commander';
import { PurgeExpiredRegistrations } from '@app/activation';
import { ForgetEvents } from '@app/events';
import { integer, seconds } from '../arguments';
import { BaseCommand, type ReportOptions } from '../base-command';
import { StopRequest } from '../terminal/stop-request';
import { Progress } from '../terminal/progress';
import { counted } from '../terminal/format';

interface PurgeCommandOptions extends ReportOptions {
  readonly olderThan?: number;
  readonly batchSize?: number;
  readonly dryRun?: boolean;
}

/** A batch must finish within the deadline of a statement, 1.5 s, even on a slow disk. */
const BATCH_SIZE_MAX = 10_000;

@SubCommand({
  name: 'purge',
  description: 'delete expired codes, registrations that were never activated, and old events',
})
export class CodesPurgeCommand extends BaseCommand {
  protected readonly explanation = `
A registration has expired when its code was not used in time, or its mail was given up. Activated accounts and
registrations whose mail is still owed are never deleted. The purge does not block new registrations: a batch
takes milliseconds and skips locked rows. Ctrl-C stops it after the current batch, and the next purge
continues from there. It also deletes events older than EVENTS_RETENTION_DAYS; --json reports them as
events_deleted. The mailer-worker does the same unless PURGE_INTERVAL_SECONDS is 0. Durations: 90s, 15m, 1h, 7d.`;
  protected readonly examples = {
    'codes purge': 'what expired more than an hour ago',
    'codes purge --older-than 7d --dry-run': 'count what would be deleted',
    'codes purge --batch-size 10000 --json': 'larger batches, for a script',
  };

  constructor(
    private readonly purge: PurgeExpiredRegistrations,
    private readonly events: ForgetEvents,
  ) {
    super();
  }

  @Option({
    flags: '--older-than <duration>',
    description: 'only what expired longer ago than this (default: 1h)',
  })
  parseOlderThan(given: string): number {
    return seconds(given);
  }

  @Option({
    flags: '--batch-size <rows>',
    description: 'rows to delete per statement, 1 to 10000 (default: 1000)',
  })
  parseBatchSize(given: string): number {
    return integer(given, 1, BATCH_SIZE_MAX);
  }

  @Option({ flags: '--dry-run', description: 'count without deleting' })
  parseDryRun(): boolean {
    return true;
  }

  async run(_arguments: string[], options: PurgeCommandOptions): Promise<void> {
    const { olderThan: olderThanSeconds = 3_600, batchSize = 1_000, dryRun = false } = options;
    if (dryRun) {
      const wouldDelete = await this.purge.count(olderThanSeconds);
      const result = { dry_run: true, deleted: 0, would_delete: wouldDelete };
      this.report(options, result, `${counted(wouldDelete, 'registration')} would be deleted.`);
      return;
    }
    await this.delete(options, olderThanSeconds, batchSize);
  }

  private async delete(options: PurgeCommandOptions, olderThanSeconds: number, batchSize: number) {
    const progress = new Progress(Progress.wanted ? await this.purge.count(olderThanSeconds) : 0);
    const stopRequest = new StopRequest();
    let done = 0;
    try {
      const { registrations, addressDays } = await this.purge.purgeExpiredRegistrations({
        olderThanSeconds,
        batchSize,
        signal: stopRequest.signal,
        onProgress: (deleted) => progress.at((done = deleted)),
      });
      const { signal } = stopRequest;
      const { deleted: events } = await this.events.forgetEvents({ batchSize, signal });
      progress.end();
      const interrupted = stopRequest.signal.aborted;
      const result = {
        dry_run: false,
        deleted: registrations,
        wrong_tries_forgotten: addressDays,
        interrupted,
        ...(events > 0 ? { events_deleted: events } : {}),
      };
      const and = events > 0 ? ` and ${counted(events, 'event')}` : '';
      const how = interrupted ? ' before the interruption; run it again to continue' : '';
      this.report(options, result, `Deleted ${counted(registrations, 'registration')}${and}${how}.`);
      if (interrupted) process.exitCode = 1;
    } catch (error) {
      progress.end();
      process.stderr.write(
        `Deleted ${counted(done, 'registration')} before the failure; run it again to continue.\n`,
      );
      throw error;
    } finally {
      stopRequest.release();
    }
  }
}
