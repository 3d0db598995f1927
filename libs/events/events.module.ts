import { Module, type Provider } from '@nestjs/common';
import { HttpWebhookSender } from './adapters/http-webhook-sender';
import { PostgresDeliveries } from './adapters/postgres-deliveries';
import { PostgresEventLog } from './adapters/postgres-event-log';
import { PostgresEventRetention } from './adapters/postgres-event-retention';
import { Deliveries } from './domain/deliveries';
import { EventFeed, EventSequencer, EventRetention } from './domain/event-log';
import { WebhookSender } from './domain/webhook';
import { DeliverEvents } from './use-cases/deliver-events';
import { ForgetEvents } from './use-cases/forget-events';

/** The part that the command line needs: Deliveries → PostgreSQL; WebhookSender → HTTP. */
export const DELIVERY_PROVIDERS: Provider[] = [
  { provide: Deliveries, useClass: PostgresDeliveries },
  { provide: WebhookSender, useClass: HttpWebhookSender },
];

/** The part that a purge needs: EventRetention → PostgreSQL. */
export const RETENTION_PROVIDERS: Provider[] = [
  { provide: EventRetention, useClass: PostgresEventRetention },
  ForgetEvents,
];

/** EventFeed, EventSequencer, EventRetention, Deliveries → PostgreSQL; WebhookSender → HTTP. */
@Module({
  providers: [
    PostgresEventLog,
    { provide: EventFeed, useExisting: PostgresEventLog },
    { provide: EventSequencer, useExisting: PostgresEventLog },
    ...DELIVERY_PROVIDERS,
    ...RETENTION_PROVIDERS,
    DeliverEvents,
  ],
  exports: [EventFeed, EventSequencer, Deliveries, WebhookSender, DeliverEvents, ForgetEvents],
})
export class EventsModule {}
