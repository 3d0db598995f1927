import { HttpStatus } from '@nestjs/common';
import type { ActivationErrorCode } from '@app/activation';
import type { UsersErrorCode } from '@app/users';
import type { ErrorName } from './problem';

/** Public name of each domain error; a code without a name does not compile. */
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
  // HttpStatus of Nest lacks 431.
  RequestHeadersTooLarge: 431,
  InternalError: HttpStatus.INTERNAL_SERVER_ERROR,
  ServiceUnavailable: HttpStatus.SERVICE_UNAVAILABLE,
} satisfies Record<ErrorName, number>;

/** Default detail of each error. */
export const DETAIL_OF = {
  ValidationError: 'The request is invalid.',
  InvalidActivationCode: 'The activation code is wrong.',
  InvalidCredentials: 'Email or password is wrong.',
  InvalidToken: 'The token is missing or wrong.',
  NotFound: 'Resource not found.',
  MethodNotAllowed: 'This path does not support that method; the Allow header lists the supported ones.',
  RequestTimeout: 'The request took too long to arrive.',
  UserAlreadyExists: 'This email address is already registered.',
  UserAlreadyActivated: 'This account is already activated.',
  ActivationCodeExpired:
    'This account has no valid activation code. It expired, had too many failed attempts, or was replaced.',
  EventsForgotten: 'Events after this cursor have been deleted.',
  PayloadTooLarge: 'The body is larger than 16 KiB.',
  UnsupportedMediaType: 'The body must be uncompressed JSON in UTF-8.',
  RateLimitExceeded: 'Too many requests.',
  RequestHeadersTooLarge: 'The headers are larger than 16 KiB.',
  InternalError: 'Something went wrong on our side.',
  ServiceUnavailable: 'The service is temporarily unavailable. Try again in a moment.',
} satisfies Record<ErrorName, string>;

export const CODES_USED_UP =
  'This registration has used all of its activation codes. Register again once the last one has expired.';
export const REPLACED_CODE_HINT = 'This code is from an earlier mail. Use the one in the most recent mail.';
export const CONCEALED_HINT =
  'A wrong or expired code gets the same response. If you registered twice, the first password is valid until its code ' +
  'expires; after that, register again.';
export const NEW_CODE_HINT = 'Request a new code with POST /api/v1/users/activation-codes.';

/** Sentences that are more precise than the default detail of their error. */
export const EXACT = {
  codesUsedUp: CODES_USED_UP,
  concealedHint: CONCEALED_HINT,
  newCodeHint: NEW_CODE_HINT,
  replacedCodeHint: REPLACED_CODE_HINT,
  notJson: 'The body is not valid JSON.',
  notUtf8: 'The body is not valid UTF-8.',
  repeatedField: 'The body contains the same field twice.',
  notThatLong: 'The length of the body does not match Content-Length.',
  oneHost: 'The request must have exactly one Host header.',
} as const;
