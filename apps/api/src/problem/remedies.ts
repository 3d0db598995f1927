import type { ErrorName } from './problem';

/** The cause of each error and what its reader can do about it. */
export const REMEDIES: Readonly<Record<ErrorName, { readonly cause: string; readonly remedy: string }>> = {
  ValidationError: {
    cause: 'The body, one of its fields or a header is invalid. `errors` lists each field with a code.',
    remedy: 'Correct the fields listed in `errors`, then send the request again.',
  },
  InvalidActivationCode: {
    cause: 'The password is right, but the code is not the one in the most recent mail.',
    remedy: 'Use the code in the most recent mail. After a few failed attempts the code becomes invalid.',
  },
  InvalidCredentials: {
    cause:
      'The Authorization header is missing or malformed, the password is wrong, or no account has this address.',
    remedy:
      'Send `Authorization: Basic` with `email:password` in UTF-8, encoded as base64, or register the address first.',
  },
  InvalidToken: {
    cause: 'The request for events has no `Authorization: Bearer` header, or its token is not EVENTS_TOKEN.',
    remedy: 'Send `Authorization: Bearer` followed by the value of EVENTS_TOKEN.',
  },
  NotFound: {
    cause: 'The service has no such path, or that feature is disabled.',
    remedy: 'Check the path in the OpenAPI document.',
  },
  MethodNotAllowed: {
    cause: 'The path exists but does not support this method.',
    remedy: 'Use one of the methods listed in the `Allow` header.',
  },
  RequestTimeout: {
    cause: 'The request did not arrive completely within the time limit.',
    remedy: 'Send the request again over a faster connection.',
  },
  UserAlreadyExists: {
    cause: 'The address belongs to an account, or to a registration with a valid activation code.',
    remedy:
      'Sign in to the account, activate the registration with its code, or register again once the code has expired.',
  },
  UserAlreadyActivated: {
    cause: 'The account has been activated before.',
    remedy: 'Nothing to do: the account is ready to use.',
  },
  ActivationCodeExpired: {
    cause: 'The code expired, had too many failed attempts, or was replaced by a newer one.',
    remedy: 'Request a new code: POST /api/v1/users/activation-codes.',
  },
  EventsForgotten: {
    cause: 'Events after this cursor are older than EVENTS_RETENTION_DAYS and have been deleted.',
    remedy: 'Read the events again without `after`, and compare your accounts with those of the service.',
  },
  PayloadTooLarge: {
    cause: 'The body is larger than 16 KiB.',
    remedy: 'Send only the documented fields.',
  },
  UnsupportedMediaType: {
    cause: 'The body is not JSON in UTF-8, or it is compressed.',
    remedy: 'Send `Content-Type: application/json` and no `Content-Encoding`.',
  },
  RateLimitExceeded: {
    cause: 'A client, an account or a route exceeded a limit. `limit` names it.',
    remedy: 'Wait for the number of seconds in `Retry-After`, then try again.',
  },
  RequestHeadersTooLarge: {
    cause: 'The headers are larger than 16 KiB in total.',
    remedy: 'Send fewer or shorter headers; cookies are not needed.',
  },
  InternalError: {
    cause:
      'The service failed unexpectedly. Its log contains the reason, next to the `request_id` of this response.',
    remedy: 'Try again later. If it happens again, send the `request_id` to the operator.',
  },
  ServiceUnavailable: {
    cause: 'A dependency is unavailable, or the service is overloaded or shutting down.',
    remedy: 'Wait for the number of seconds in `Retry-After`, then send the same request again.',
  },
};
