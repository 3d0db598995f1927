export { InProcessWindows } from '../adapters/in-process-windows';
export { RedisWindows } from '../adapters/redis-windows';
export * from './scenario';
export * from './sliding-windows.contract';
