import { Help, Option, SubCommand } from 'nest-commander';
import { PurgeDeadRegistrations } from '@app/activation';
import { ForgetEvents } from '@app/events';
import { integer, seconds } from '../arguments';
import { helpText } from '../root-command';
import { BaseCommand, type ReportOptions } from '../base-command';
import { StopRequest } from '../terminal/stop-request';
import { Progress } from '../terminal/progress';
import { counted } from '../terminal/format';

interface PurgeCommandOptions extends ReportOptions {
  readonly olderThan?: number;
  readonly batchSize?: number;
  readonly dryRun?: boolean;
}

/** A batch has to fit the deadline of a statement, 1.5 s, on a slow disk too. */
const BATCH_SIZE_MAX = 10_000;

@SubCommand({
  name: 'purge',
  description: 'delete expired codes, registrations that were never activated, and old events',
})
export class CodesPurgeCommand extends BaseCommand {
  constructor(
    private readonly purge: PurgeDeadRegistrations,
    private readonly events: ForgetEvents,
  ) {
    super();
  }

  @Option({ flags: '--older-than <duration>', description: 'died longer ago than this (default: 1h)' })
  parseOlderThan(given: string): number {
    return seconds(given);
  }

  @Option({
    flags: '--batch-size <rows>',
    description: 'rows a statement deletes, 1 to 10000 (default: 1000)',
  })
  parseBatchSize(given: string): number {
    return integer(given, 1, BATCH_SIZE_MAX);
  }

  @Option({ flags: '--dry-run', description: 'count, and delete nothing' })
  parseDryRun(): boolean {
    return true;
  }

  @Help('after')
  help(): string {
    return helpText(
      `A registration is dead when its code has expired unused, or its mail was given up. Activated accounts
and registrations whose mail is still owed are never touched. Registrations continue meanwhile: a batch
takes milliseconds and waits for no one. Ctrl-C ends it after the current batch; what is deleted stays
deleted, and the next purge continues from there. It also deletes events that are older than
EVENTS_RETENTION_DAYS; with --json, events_deleted says how many, where there were any. The mailer-worker does the same by itself with
PURGE_INTERVAL_SECONDS. Durations: 90s, 15m, 1h, 7d.`,
      {
        'codes purge': 'what died more than an hour ago',
        'codes purge --older-than 7d --dry-run': 'how many would go',
        'codes purge --batch-size 10000 --json': 'larger batches, for a script',
      },
    );
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
      const { registrations, addressDays } = await this.purge.purgeDeadRegistrations({
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
        `Deleted ${counted(done, 'registration')} before it failed; run it again to continue.\n`,
      );
      throw error;
    } finally {
      stopRequest.release();
    }
  }
}
