import { Module, type Provider } from '@nestjs/common';
import { HttpWebhookSender } from './adapters/http-webhook-sender';
import { PostgresDeliveries } from './adapters/postgres-deliveries';
import { PostgresEventLog } from './adapters/postgres-event-log';
import { Deliveries } from './domain/deliveries';
import { EventLog } from './domain/event-log';
import { WebhookSender } from './domain/webhook';
import { DeliverEvents } from './use-cases/deliver-events';
import { ForgetEvents } from './use-cases/forget-events';

/** The part that the command line needs: EventLog, Deliveries → PostgreSQL; WebhookSender → HTTP. */
export const EVENT_PROVIDERS: Provider[] = [
  { provide: EventLog, useClass: PostgresEventLog },
  { provide: Deliveries, useClass: PostgresDeliveries },
  { provide: WebhookSender, useClass: HttpWebhookSender },
  ForgetEvents,
];

@Module({
  providers: [...EVENT_PROVIDERS, DeliverEvents],
  exports: [EventLog, Deliveries, WebhookSender, DeliverEvents, ForgetEvents],
})
export class EventsModule {}
