import { Module, type Provider } from '@nestjs/common';
import { HttpWebhookSender } from './adapters/http-webhook-sender';
import { PostgresDeliveries } from './adapters/postgres-deliveries';
import { PostgresEventLog } from './adapters/postgres-event-log';
import { Deliveries } from './domain/deliveries';
import { EventFeed, EventSequencer } from './domain/event-feed';
import { WebhookSender } from './domain/webhook';
import { DeliverEvents } from './use-cases/deliver-events';

/** What the command line needs of the webhook: Deliveries → PostgreSQL; WebhookSender → HTTP. */
export const DELIVERY_PROVIDERS: Provider[] = [
  { provide: Deliveries, useClass: PostgresDeliveries },
  { provide: WebhookSender, useClass: HttpWebhookSender },
];

/** EventFeed, EventSequencer, Deliveries → PostgreSQL; WebhookSender → HTTP. */
@Module({
  providers: [
    PostgresEventLog,
    { provide: EventFeed, useExisting: PostgresEventLog },
    { provide: EventSequencer, useExisting: PostgresEventLog },
    ...DELIVERY_PROVIDERS,
    DeliverEvents,
  ],
  exports: [EventFeed, EventSequencer, Deliveries, WebhookSender, DeliverEvents],
})
export class EventsModule {}
