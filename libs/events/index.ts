export { recordEvent, type AccountChange } from './row/record-event';
export * from './domain/deliveries';
export * from './domain/event';
export * from './domain/event-administration';
export * from './domain/event-log';
export * from './domain/webhook';
export * from './events.module';
export * from './use-cases/deliver-events';
export * from './use-cases/forget-events';
