/** Registrations with an undeliverable address. */
export interface UndeliverableRegistrations {
  /**
   * Ends the registration of this mail and writes the event: its code becomes invalid and its address free. Resolves
   * to false without any change if the account is activated, has a newer mail, or has already ended. @throws
   * {Unavailable}
   */
  end(mailId: string, reason: string): Promise<boolean>;
}
export const UndeliverableRegistrations = Symbol('UndeliverableRegistrations');
