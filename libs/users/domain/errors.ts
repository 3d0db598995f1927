export type UsersErrorCode =
  'users.email_invalid' | 'users.email_taken' | 'users.password_unfit' | 'users.credentials_wrong';

export class UsersError extends Error {
  constructor(
    readonly code: UsersErrorCode,
    message: string = code,
  ) {
    super(message);
    this.name = 'UsersError';
  }
}
