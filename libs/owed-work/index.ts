export * from './domain/back-off';
export * from './domain/doorbell';
export * from './domain/owed-work';
export * from './domain/work-loop';
export * from './domain/worker-heartbeats';
export * from './owed-work.module';
