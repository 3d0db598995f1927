import { HttpStatus } from '@nestjs/common';

interface ErrorKind {
  readonly status: number;
  /** The message, unless a more precise one is known. */
  readonly detail: string;
  /** For the page that explains the error: its cause, and what the reader can do. */
  readonly cause: string;
  readonly remedy: string;
}

/** Every error of the API. */
export const ERRORS = {
  ValidationError: {
    status: HttpStatus.BAD_REQUEST,
    detail: 'The request is invalid.',
    cause: 'The body, one of its fields or a header is invalid. `errors` lists each field with a code.',
    remedy: 'Correct the fields listed in `errors`, then send the request again.',
  },
  InvalidActivationCode: {
    status: HttpStatus.BAD_REQUEST,
    detail: 'The activation code is wrong.',
    cause: 'The password is right, but the code is not the one in the most recent mail.',
    remedy: 'Use the code in the most recent mail. After a few failed attempts the code becomes invalid.',
  },
  InvalidCredentials: {
    status: HttpStatus.UNAUTHORIZED,
    detail: 'Email or password is wrong.',
    cause:
      'The Authorization header is missing or malformed, the password is wrong, or no account has this address.',
    remedy:
      'Send `Authorization: Basic` with `email:password` in UTF-8, encoded as base64, or register the address first.',
  },
  InvalidToken: {
    status: HttpStatus.UNAUTHORIZED,
    detail: 'The token is missing or wrong.',
    cause: 'The request for events has no `Authorization: Bearer` header, or its token is not EVENTS_TOKEN.',
    remedy: 'Send `Authorization: Bearer` followed by the value of EVENTS_TOKEN.',
  },
  NotFound: {
    status: HttpStatus.NOT_FOUND,
    detail: 'Resource not found.',
    cause: 'The service has no such path, or that feature is disabled.',
    remedy: 'Check the path in the OpenAPI document.',
  },
  MethodNotAllowed: {
    status: HttpStatus.METHOD_NOT_ALLOWED,
    detail: 'This path does not support that method; the Allow header lists the supported ones.',
    cause: 'The path exists but does not support this method.',
    remedy: 'Use one of the methods listed in the `Allow` header.',
  },
  RequestTimeout: {
    status: HttpStatus.REQUEST_TIMEOUT,
    detail: 'The request took too long to arrive.',
    cause: 'The request did not arrive completely within the time limit.',
    remedy: 'Send the request again over a faster connection.',
  },
  UserAlreadyExists: {
    status: HttpStatus.CONFLICT,
    detail: 'This email address is already registered.',
    cause: 'The address belongs to an account, or to a registration with a valid activation code.',
    remedy:
      'Sign in to the account, activate the registration with its code, or register again once the code has expired.',
  },
  UserAlreadyActivated: {
    status: HttpStatus.CONFLICT,
    detail: 'This account is already activated.',
    cause: 'The account has been activated before.',
    remedy: 'Nothing to do: the account is ready to use.',
  },
  ActivationCodeExpired: {
    status: HttpStatus.GONE,
    detail:
      'This account has no valid activation code. It expired, had too many failed attempts, or was replaced.',
    cause: 'The code expired, had too many failed attempts, or was replaced by a newer one.',
    remedy: 'Request a new code: POST /api/v1/users/activation-codes.',
  },
  EventsForgotten: {
    status: HttpStatus.GONE,
    detail: 'Events after this cursor have been deleted.',
    cause: 'Events after this cursor are older than EVENTS_RETENTION_DAYS and have been deleted.',
    remedy: 'Read the events again without `after`, and compare your accounts with those of the service.',
  },
  PayloadTooLarge: {
    status: HttpStatus.PAYLOAD_TOO_LARGE,
    detail: 'The body is larger than 16 KiB.',
    cause: 'The body is larger than 16 KiB.',
    remedy: 'Send only the documented fields.',
  },
  UnsupportedMediaType: {
    status: HttpStatus.UNSUPPORTED_MEDIA_TYPE,
    detail: 'The body must be uncompressed JSON in UTF-8.',
    cause: 'The body is not JSON in UTF-8, or it is compressed.',
    remedy: 'Send `Content-Type: application/json` and no `Content-Encoding`.',
  },
  RateLimitExceeded: {
    status: HttpStatus.TOO_MANY_REQUESTS,
    detail: 'Too many requests.',
    cause: 'A client, an account or a route exceeded a limit. `limit` names it.',
    remedy: 'Wait for the number of seconds in `Retry-After`, then try again.',
  },
  RequestHeadersTooLarge: {
    // HttpStatus of Nest lacks 431.
    status: 431,
    detail: 'The headers are larger than 16 KiB.',
    cause: 'The headers are larger than 16 KiB in total.',
    remedy: 'Send fewer or shorter headers; cookies are not needed.',
  },
  InternalError: {
    status: HttpStatus.INTERNAL_SERVER_ERROR,
    detail: 'Something went wrong on our side.',
    cause:
      'The service failed unexpectedly. Its log contains the reason, next to the `request_id` of this response.',
    remedy: 'Try again later. If it happens again, send the `request_id` to the operator.',
  },
  UnknownTransferEncoding: {
    status: HttpStatus.NOT_IMPLEMENTED,
    detail: 'The only transfer encoding that is supported is chunked.',
    cause: '`Transfer-Encoding` names a coding other than chunked.',
    remedy: 'Send the body uncompressed, with `Content-Length` or in chunks.',
  },
  ServiceUnavailable: {
    status: HttpStatus.SERVICE_UNAVAILABLE,
    detail: 'The service is temporarily unavailable. Try again in a moment.',
    cause: 'A dependency is unavailable, or the service is overloaded or shutting down.',
    remedy: 'Wait for the number of seconds in `Retry-After`, then send the same request again.',
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorName = keyof typeof ERRORS;
/** Values of `error` in responses. */
export const ERROR_NAMES = Object.keys(ERRORS) as ErrorName[];

/** Sentences that are more precise than the default detail of their error. */
export const EXACT = {
  codesUsedUp:
    'This registration has used all of its activation codes. Register again once the last one has expired.',
  concealedHint:
    'A wrong or expired code gets the same response. If you registered twice, the first password is valid until its code ' +
    'expires; after that, register again.',
  newCodeHint: 'Request a new code with POST /api/v1/users/activation-codes.',
  replacedCodeHint: 'This code is from an earlier mail. Use the one in the most recent mail.',
  notJson: 'The body is not valid JSON.',
  notUtf8: 'The body is not valid UTF-8.',
  repeatedField: 'The body contains the same field twice.',
  notThatLong: 'The length of the body does not match Content-Length.',
  oneHost: 'The request must have exactly one Host header.',
} as const;
