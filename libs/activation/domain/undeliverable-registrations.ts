/** Registrations whose address cannot be reached. */
export interface UndeliverableRegistrations {
  /**
   * Ends the registration that this mail belongs to, with its event: its code is dead and its address free. Resolves to
   * false, and changes nothing, where the account is activated, has another mail by now, or has ended already.
   * @throws {Unavailable}
   */
  end(mailId: string, reason: string): Promise<boolean>;
}
export const UndeliverableRegistrations = Symbol('UndeliverableRegistrations');
