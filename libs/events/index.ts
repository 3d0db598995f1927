export { recordEvent } from './row/record-event';
export * from './domain/deliveries';
export * from './domain/event';
export * from './domain/event-feed';
export * from './domain/event-retention';
export * from './domain/webhook';
export * from './events.module';
export * from './use-cases/deliver-events';
export * from './use-cases/forget-events';
