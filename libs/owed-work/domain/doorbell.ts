/**
 * Wakes the workers: something is owed and due. It says nothing of what, and may be lost, doubled or late: the row in
 * the database is the promise, and a sweep finds it without the doorbell.
 */
export interface Doorbell {
  /** Returns without waiting and never throws; many rings within a moment are one. */
  ring(): void;
}
export const Doorbell = Symbol('Doorbell');

/** Rings closer together than this are one call, in milliseconds. */
export const RING_SPACING_MS = 20;

/** Name of BullMQ's queue, and channel of PostgreSQL's NOTIFY in one-node mode. */
export const DOORBELL_QUEUE = 'owed-work';
export const DOORBELL_CHANNEL = 'owed_work';

/**
 * How long a worker that has nothing to do waits on Redis for a job. Twice that without a word, and its connection is
 * taken for dead: a host that has vanished closes nothing.
 */
export const BLOCKING_SECONDS = 1;
