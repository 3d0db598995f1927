/** Hashes passwords off the event loop, few at a time, with a bounded line in front. */
export interface PasswordHasher {
  /** @param gone ends the wait of a client that has left @throws {Unavailable} when the line is full */
  hash(password: string, gone?: AbortSignal): Promise<string>;
  /**
   * Does the same work for a hash of null (nobody has that address) as for a real one. The same question asked many
   * times at once costs one hash; what is asked of different addresses is never shared, so that the time of many
   * answers does not tell which of them are unknown.
   * @throws {Unavailable}
   */
  matches(address: string, password: string, hash: string | null, gone?: AbortSignal): Promise<boolean>;
  /** Whether the hash was made with less work than is asked for now. */
  isOutdated(hash: string): boolean;
}
export const PasswordHasher = Symbol('PasswordHasher');
