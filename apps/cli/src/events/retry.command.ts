import { Inject } from '@nestjs/common';
import { SubCommand } from 'nest-commander';
import { Deliveries, EventAdministration } from '@app/events';
import { BaseCommand, type ReportOptions } from '../base-command';
import { counted } from '../terminal/format';
import { Progress } from '../terminal/progress';

@SubCommand({
  name: 'retry',
  description: 'send waiting and given-up events now, and resume a paused webhook',
})
export class EventsRetryCommand extends BaseCommand {
  protected readonly explanation = `
Use it when the receiver works again. Webhooks to a receiver that responded with 410 are paused until then. The
events keep their ids.`;
  protected readonly examples = { 'events retry': 'all of them', 'events retry --json': '{"retried": 3}' };

  constructor(
    @Inject(EventAdministration) private readonly events: EventAdministration,
    @Inject(Deliveries) private readonly deliveries: Deliveries,
  ) {
    super();
  }

  async run(_arguments: string[], options: ReportOptions): Promise<void> {
    const { waiting, givenUp } = await this.deliveries.backlog();
    const progress = new Progress(waiting + givenUp);
    const retried = await this.events.retry((done) => progress.at(done));
    progress.end();
    const words =
      retried === 0 ? 'No event is waiting or given up.' : `${counted(retried, 'event')} due now.`;
    this.report(options, { retried }, words);
  }
}
