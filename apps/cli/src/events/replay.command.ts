import { Inject } from '@nestjs/common';
import { Option, SubCommand } from 'nest-commander';
import { EventAdministration } from '@app/events';
import { Environment } from '@app/runtime';
import { moment } from '../arguments';
import { BaseCommand, type ReportOptions } from '../base-command';
import { confirm } from '../terminal/confirm';
import { counted } from '../terminal/format';
import { Progress } from '../terminal/progress';

interface ReplayOptions extends ReportOptions {
  readonly since: Date;
  readonly yes?: boolean;
}

@SubCommand({ name: 'replay', description: 'send past events to the webhook again, with the same ids' })
export class EventsReplayCommand extends BaseCommand {
  protected readonly explanation = `
The receiver must recognize repeated events by their id. Events that are already waiting are not sent twice.
Without a terminal it requires --yes.`;
  protected readonly examples = {
    'events replay --since 2h': 'ask, then send the events of the last two hours again',
    'events replay --since 2026-01-31 --yes --json': '{"replayed": 1200}',
  };

  constructor(
    @Inject(EventAdministration) private readonly events: EventAdministration,
    @Inject(Environment) private readonly environment: Environment,
  ) {
    super();
  }

  @Option({
    flags: '--since <moment>',
    description: 'start at this time: a day, a time, or an age (2h)',
    required: true,
  })
  parseSince(given: string): Date {
    return moment(given);
  }

  @Option({ flags: '--yes', description: 'do not ask for confirmation' })
  parseYes(): boolean {
    return true;
  }

  async run(_arguments: string[], options: ReplayOptions): Promise<void> {
    if (this.environment.WEBHOOK_URL === '') throw new Error('WEBHOOK_URL is not set.');
    const seconds = Math.max(0, (Date.now() - options.since.getTime()) / 1_000);
    const matching = await this.events.countReplay(seconds);
    const question = `Send ${counted(matching, 'event')} since ${options.since.toISOString()} again?`;
    await confirm(this.command, question, options.yes);
    const progress = new Progress(matching);
    const replayed = await this.events.replay(seconds, (done) => progress.at(done));
    progress.end();
    const words = replayed === 0 ? 'No event to send again.' : `${counted(replayed, 'event')} due now.`;
    this.report(options, { replayed }, words);
  }
}
