/**
 * Wakes the workers: something is owed and due. A ring does not say what, and can be lost, repeated or late: the row
 * in the database is the promise, and a sweep finds it without the doorbell.
 */
export interface Doorbell {
  /** Returns without waiting and never throws; rings within a moment are combined. */
  ring(): void;
}
export const Doorbell = Symbol('Doorbell');

/** Rings closer together than this are combined, in milliseconds. */
export const RING_SPACING_MS = 20;

/** Name of the BullMQ queue, and of the PostgreSQL NOTIFY channel in one-node mode. */
export const DOORBELL_QUEUE = 'owed-work';
export const DOORBELL_CHANNEL = 'owed_work';

/**
 * How long an idle worker waits for a job in Redis. After twice that without a reply, its connection counts as dead: a
 * lost host does not close connections.
 */
export const BLOCKING_SECONDS = 1;
