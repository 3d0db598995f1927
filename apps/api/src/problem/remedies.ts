import type { ErrorName } from './problem';

/** Of every error: how it comes about, and what its reader can do about it. */
export const REMEDIES: Readonly<Record<ErrorName, { readonly cause: string; readonly remedy: string }>> = {
  ValidationError: {
    cause: 'The body, a field of it or a header field breaks a rule. `errors` lists each field with a code.',
    remedy: 'Correct the fields that `errors` lists, then send the request again.',
  },
  InvalidActivationCode: {
    cause: 'The password is right, but the code is not the one of the most recent mail.',
    remedy: 'Read the code of the newest mail and try again; a code survives only a few wrong tries.',
  },
  InvalidCredentials: {
    cause:
      'The Authorization header is missing or unreadable, the password is wrong, or no account has this address.',
    remedy:
      'Send `Authorization: Basic` with base64 of `email:password` in UTF-8, or register the address first.',
  },
  InvalidToken: {
    cause:
      'The feed of events was asked for without `Authorization: Bearer`, or with a token that is not EVENTS_TOKEN.',
    remedy: 'Send `Authorization: Bearer` with the value of EVENTS_TOKEN.',
  },
  NotFound: {
    cause: 'The service has no such path, or the part behind it is switched off.',
    remedy: 'Compare the path with the OpenAPI document.',
  },
  MethodNotAllowed: {
    cause: 'The path exists and takes other methods.',
    remedy: 'Use a method that the `Allow` header lists.',
  },
  RequestTimeout: {
    cause: 'The request did not arrive whole within the time that the service waits.',
    remedy: 'Send it again over a better connection.',
  },
  UserAlreadyExists: {
    cause: 'The address belongs to an account, or to a registration whose code is still alive.',
    remedy:
      'Sign in with the account, activate the registration with its code, or register again once the code has expired.',
  },
  UserAlreadyActivated: {
    cause: 'The account was activated before.',
    remedy: 'Nothing is left to do: the account can be used.',
  },
  ActivationCodeExpired: {
    cause: 'The code expired, had too many wrong tries, or was replaced by a newer one.',
    remedy: 'Ask for a new code: POST /api/v1/users/activation-codes.',
  },
  EventsForgotten: {
    cause: 'Events after this cursor are older than EVENTS_RETENTION_DAYS and have been deleted.',
    remedy: 'Read again without `after`, and compare your own accounts with those of the service.',
  },
  PayloadTooLarge: {
    cause: 'The body is larger than 16 KiB.',
    remedy: 'Send the documented fields only.',
  },
  UnsupportedMediaType: {
    cause: 'The body is not JSON in UTF-8, or it is compressed.',
    remedy: 'Send `Content-Type: application/json` and no `Content-Encoding`.',
  },
  RateLimitExceeded: {
    cause: 'The requests of a client, an account or a route went over a limit; `limit` names it.',
    remedy: 'Wait for the seconds that `Retry-After` says, then try again.',
  },
  RequestHeadersTooLarge: {
    cause: 'The header fields are larger than 16 KiB together.',
    remedy: 'Send fewer or shorter header fields; cookies are not needed.',
  },
  InternalError: {
    cause: 'The service has a fault. The log holds the reason under the `request_id` of the answer.',
    remedy: 'Try again later; if it persists, give the operator the `request_id`.',
  },
  ServiceUnavailable: {
    cause: 'A dependency is unavailable, the service is at its capacity, or it is shutting down.',
    remedy: 'Wait for the seconds that `Retry-After` says, then send the same request again.',
  },
};
