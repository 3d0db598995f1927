export * from './domain/client-address';
export * from './domain/sliding-windows';
export * from './rate-limit.module';
export * from './sliding-window-storage';
