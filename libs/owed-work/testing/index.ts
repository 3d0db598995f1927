export * from './fake-doorbell';
