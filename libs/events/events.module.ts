import { Module, type Provider } from '@nestjs/common';
import { HttpWebhookSender } from './adapters/http-webhook-sender';
import { PostgresDeliveries } from './adapters/postgres-deliveries';
import { PostgresEventAdministration } from './adapters/postgres-event-administration';
import { PostgresEventLog } from './adapters/postgres-event-log';
import { Deliveries } from './domain/deliveries';
import { EventAdministration } from './domain/event-administration';
import { EventLog } from './domain/event-log';
import { WebhookSender } from './domain/webhook';
import { DeliverEvents } from './use-cases/deliver-events';
import { ForgetEvents } from './use-cases/forget-events';

/** EventLog, Deliveries, EventAdministration → PostgreSQL; WebhookSender → HTTP. */
export const EVENT_PROVIDERS: Provider[] = [
  { provide: EventLog, useClass: PostgresEventLog },
  { provide: Deliveries, useClass: PostgresDeliveries },
  { provide: EventAdministration, useClass: PostgresEventAdministration },
  { provide: WebhookSender, useClass: HttpWebhookSender },
  ForgetEvents,
];

@Module({
  providers: [...EVENT_PROVIDERS, DeliverEvents],
  exports: [EventLog, Deliveries, WebhookSender, DeliverEvents, ForgetEvents],
})
export class EventsModule {}
