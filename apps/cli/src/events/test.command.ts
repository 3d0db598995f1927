import { Inject } from '@nestjs/common';
import { SubCommand } from 'nest-commander';
import { pingMessage, WebhookSender } from '@app/events';
import { Environment } from '@app/runtime';
import { BaseCommand, type ReportOptions } from '../base-command';
import { plainText } from '../terminal/format';

@SubCommand({ name: 'test', description: 'send a signed ping to the webhook and show the response' })
export class EventsTestCommand extends BaseCommand {
  protected readonly explanation =
    'The message has the type "ping" and no account. It is neither stored nor retried.';
  protected readonly examples = {
    'events test': 'one ping',
    'events test --json': '{"delivered": true, "id": "…", "answer": "2xx"}',
  };

  constructor(
    @Inject(WebhookSender) private readonly webhook: WebhookSender,
    @Inject(Environment) private readonly environment: Environment,
  ) {
    super();
  }

  async run(_arguments: string[], options: ReportOptions): Promise<void> {
    if (this.environment.WEBHOOK_URL === '') throw new Error('WEBHOOK_URL is not set.');
    const { id, body } = pingMessage();
    const outcome = await this.webhook.send(id, body);
    const delivered = outcome.kind === 'delivered';
    const answer = delivered ? '2xx' : plainText(outcome.reason);
    this.report(
      options,
      { delivered, id, answer },
      delivered ? `Delivered: the receiver accepted ping ${id}.` : `Not delivered: ${answer}.`,
    );
    if (!delivered) process.exitCode = 1;
  }
}
