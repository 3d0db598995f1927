export { PostgresWorkerHeartbeats } from '../adapters/postgres-worker-heartbeats';
export * from './fake-doorbell';
