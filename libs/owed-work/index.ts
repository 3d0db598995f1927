export * from './domain/doorbell';
