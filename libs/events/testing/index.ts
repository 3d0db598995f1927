export { PostgresDeliveries } from '../adapters/postgres-deliveries';
export { PostgresEventLog } from '../adapters/postgres-event-log';
export { PostgresEventRetention } from '../adapters/postgres-event-retention';
