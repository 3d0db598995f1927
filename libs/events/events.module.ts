import { Module } from '@nestjs/common';
import { HttpWebhookSender } from './adapters/http-webhook-sender';
import { PostgresDeliveries } from './adapters/postgres-deliveries';
import { PostgresEventAdministration } from './adapters/postgres-event-administration';
import { PostgresEventLog } from './adapters/postgres-event-log';
import { Deliveries } from './domain/deliveries';
import { EventAdministration } from './domain/event-administration';
import { EventLog } from './domain/event-log';
import { WebhookSender } from './domain/webhook';
import { ForgetEvents } from './use-cases/forget-events';

/**
 * EventLog, Deliveries, EventAdministration → PostgreSQL; WebhookSender → HTTP. DeliverEvents, in the worker, sends what
 * is owed.
 */
@Module({
  providers: [
    { provide: EventLog, useClass: PostgresEventLog },
    { provide: Deliveries, useClass: PostgresDeliveries },
    { provide: EventAdministration, useClass: PostgresEventAdministration },
    { provide: WebhookSender, useClass: HttpWebhookSender },
    ForgetEvents,
  ],
  exports: [EventLog, Deliveries, EventAdministration, WebhookSender, ForgetEvents],
})
export class EventsModule {}
