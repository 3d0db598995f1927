// The connection of the doorbell's queue. It loads BullMQ, which the api loads only with its first ring.
export { bullMqOptions } from '../adapters/bullmq-queue';
