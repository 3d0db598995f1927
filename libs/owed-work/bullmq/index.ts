// The listener of the doorbell in Redis. It loads BullMQ, which the api loads only with its first ring.
export * from '../bullmq.module';
