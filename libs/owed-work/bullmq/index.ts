// What hears the doorbell in Redis. It loads BullMQ, which the api loads with its first ring.
export * from '../bullmq.module';
