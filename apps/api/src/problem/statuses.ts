import { HttpStatus } from '@nestjs/common';
import type { ActivationErrorCode } from '@app/activation';
import type { UsersErrorCode } from '@app/users';
import type { ErrorName } from './problem';

/** What the domain's errors are called outside; a code without a name does not compile. */
export const ERROR_OF = {
  'users.email_invalid': 'ValidationError',
  'users.password_unfit': 'ValidationError',
  'users.email_taken': 'UserAlreadyExists',
  'users.credentials_wrong': 'InvalidCredentials',
  'activation.already_activated': 'UserAlreadyActivated',
  'activation.code_wrong': 'InvalidActivationCode',
  'activation.code_replaced': 'InvalidActivationCode',
  'activation.code_dead': 'ActivationCodeExpired',
  'activation.codes_used_up': 'RateLimitExceeded',
  'activation.too_early': 'RateLimitExceeded',
  'activation.registration_gone': 'InvalidCredentials',
} satisfies Record<UsersErrorCode | ActivationErrorCode, ErrorName>;

/** The status of every error; an error without one does not compile. */
export const STATUS_OF = {
  ValidationError: HttpStatus.BAD_REQUEST,
  InvalidActivationCode: HttpStatus.BAD_REQUEST,
  InvalidCredentials: HttpStatus.UNAUTHORIZED,
  InvalidToken: HttpStatus.UNAUTHORIZED,
  NotFound: HttpStatus.NOT_FOUND,
  MethodNotAllowed: HttpStatus.METHOD_NOT_ALLOWED,
  RequestTimeout: HttpStatus.REQUEST_TIMEOUT,
  UserAlreadyExists: HttpStatus.CONFLICT,
  UserAlreadyActivated: HttpStatus.CONFLICT,
  ActivationCodeExpired: HttpStatus.GONE,
  EventsForgotten: HttpStatus.GONE,
  PayloadTooLarge: HttpStatus.PAYLOAD_TOO_LARGE,
  UnsupportedMediaType: HttpStatus.UNSUPPORTED_MEDIA_TYPE,
  RateLimitExceeded: HttpStatus.TOO_MANY_REQUESTS,
  // Nest's list lacks 431.
  RequestHeadersTooLarge: 431,
  InternalError: HttpStatus.INTERNAL_SERVER_ERROR,
  ServiceUnavailable: HttpStatus.SERVICE_UNAVAILABLE,
} satisfies Record<ErrorName, number>;

/** What each error says, unless there is more to say this time. */
export const DETAIL_OF = {
  ValidationError: 'The request is not valid.',
  InvalidActivationCode: 'The activation code is wrong.',
  InvalidCredentials: 'Email or password is wrong.',
  InvalidToken: 'The token is missing or wrong.',
  NotFound: 'Resource not found.',
  MethodNotAllowed: 'This path does not take that method; Allow lists those it takes.',
  RequestTimeout: 'The request took too long to arrive.',
  UserAlreadyExists: 'This email address is already registered.',
  UserAlreadyActivated: 'This account is already activated.',
  ActivationCodeExpired:
    'This account has no valid activation code. It expired, had too many failed attempts, or was replaced.',
  EventsForgotten: 'Events after this cursor have been deleted.',
  PayloadTooLarge: 'The body is larger than 16 KiB.',
  UnsupportedMediaType: 'The body must be JSON in UTF-8, without a content coding.',
  RateLimitExceeded: 'Too many requests.',
  RequestHeadersTooLarge: 'The header fields are larger than 16 KiB.',
  InternalError: 'Something went wrong on our side.',
  ServiceUnavailable: 'The service is not available right now; try again in a moment.',
} satisfies Record<ErrorName, string>;

export const CODES_USED_UP =
  'This registration has had all of its activation codes: once the last one has expired, register again.';
export const REPLACED_CODE_HINT = 'This is the code of an earlier mail. Use the one in the newest mail.';
export const CONCEALED_HINT =
  'A wrong or expired code gets this answer too. If you registered twice, the first password is valid until its code ' +
  'expires; after that, register again.';
export const NEW_CODE_HINT = 'Ask for a new code with POST /api/v1/users/activation-codes.';

/** Sentences that are more exact than that of their error. */
export const EXACT = {
  codesUsedUp: CODES_USED_UP,
  newCodeHint: NEW_CODE_HINT,
  replacedCodeHint: REPLACED_CODE_HINT,
  notJson: 'The body is not valid JSON.',
  notUtf8: 'The body is not valid UTF-8.',
  repeatedField: 'The body names a field twice.',
  notThatLong: 'The body is not as long as Content-Length says.',
  oneHost: 'The request must have exactly one Host field.',
} as const;
