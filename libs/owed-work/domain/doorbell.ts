/**
 * Wakes the workers: something is owed and due. It says nothing of what, and may be lost, doubled or late: the row in
 * the database is the promise, and a sweep finds it without the doorbell.
 */
export interface Doorbell {
  /** Returns without waiting and never throws; many rings within a moment are one. */
  ring(): void;
}
export const Doorbell = Symbol('Doorbell');
