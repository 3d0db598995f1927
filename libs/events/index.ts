export { recordEvent, type AccountChange } from './adapters/record-event';
export * from './domain/event';
