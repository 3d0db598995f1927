export type UsersErrorCode =
  'users.email_invalid' | 'users.email_taken' | 'users.password_unfit' | 'users.credentials_wrong';

/** The rule that a field breaks, for programs. */
export interface BrokenRule {
  readonly kind: 'invalid' | 'too_short' | 'too_long' | 'too_common';
  /** Bounds of the rule. */
  readonly params: Readonly<Record<string, number>>;
}

export class UsersError extends Error {
  constructor(
    readonly code: UsersErrorCode,
    message: string = code,
    readonly rule: BrokenRule = { kind: 'invalid', params: {} },
  ) {
    super(message);
    this.name = 'UsersError';
  }
}
