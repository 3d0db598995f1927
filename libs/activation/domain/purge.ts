/** Deletes what nobody can use any more: registrations whose code died unused. */
export interface DeadRegistrations {
  /**
   * Deletes at most `limit` registrations that died more than `olderThanSeconds` ago, oldest first; rows that
   * somebody else holds are left for the next round. Resolves to how many. @throws {Unavailable}
   */
  purge(olderThanSeconds: number, limit: number): Promise<number>;
  /** Forgets at most `limit` counts of wrong tries that are over a day old. Resolves to how many. @throws {Unavailable} */
  forgetWrongTries(limit: number): Promise<number>;
  /** How many `purge` would delete. @throws {Unavailable} */
  count(olderThanSeconds: number): Promise<number>;
}
export const DeadRegistrations = Symbol('DeadRegistrations');
