export { HttpWebhookSender } from '../adapters/http-webhook-sender';
export { PostgresDeliveries } from '../adapters/postgres-deliveries';
export { PostgresEventAdministration } from '../adapters/postgres-event-administration';
export { PostgresEventLog } from '../adapters/postgres-event-log';
