export { HttpWebhookSender } from '../adapters/http-webhook-sender';
export { PostgresDeliveries } from '../adapters/postgres-deliveries';
export { PostgresEventLog } from '../adapters/postgres-event-log';
