import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { ActivationError, RESEND_WAIT_SECONDS, type ActivationErrorCode } from '@app/activation';
import { EventsError, type EventsErrorCode } from '@app/events';
import { Unavailable } from '@app/runtime';
import { UsersError, type UsersErrorCode } from '@app/users';
import { ERRORS, EXACT, type ErrorName } from './errors';
import { FIELD_SENTENCES } from './field-sentences';
import { faultOf, type Problem } from './problem';
import { ProblemError, type ErrorDetails } from './problem-error';

/** Seconds until a client should retry after an outage or when the hashing queue is full. */
export const RETRY_AFTER_SECONDS = 1;

/** Public name of each domain error; a code without a name does not compile. */
const ERROR_OF = {
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
  'events.forgotten': 'EventsForgotten',
  'events.cursor_unknown': 'ValidationError',
} satisfies Record<UsersErrorCode | ActivationErrorCode | EventsErrorCode, ErrorName>;

/** Maps any thrown value to a problem. An unexpected error becomes an InternalError that reveals no internals. */
export function toProblemError(thrown: unknown): ProblemError {
  if (thrown instanceof ProblemError) return thrown;
  if (thrown instanceof UsersError) return new ProblemError(ERROR_OF[thrown.code]);
  if (thrown instanceof ActivationError) return new ProblemError(ERROR_OF[thrown.code], detailsOf(thrown));
  if (thrown instanceof EventsError) {
    return thrown.code === 'events.cursor_unknown'
      ? unknownCursor()
      : new ProblemError(ERROR_OF[thrown.code]);
  }
  if (thrown instanceof Unavailable) return unavailable();
  return fromHttp(statusOf(thrown), thrown);
}

/** Whether the body was refused before the handler ran: not JSON, too large, or with invalid fields. */
export function isMalformed(thrown: unknown): boolean {
  const malformed: readonly ErrorName[] = ['ValidationError', 'PayloadTooLarge', 'UnsupportedMediaType'];
  return malformed.includes(toProblemError(thrown).error);
}

/** @param publicPath prefix of all paths as clients see them */
export function toBody(
  { error, message, details }: ProblemError,
  requestId: string,
  publicPath: string,
): Problem {
  const { status } = ERRORS[error];
  return {
    type: `${publicPath}/problems/${error}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: message,
    error,
    message,
    errors: details.errors,
    limit: details.limit,
    hint: details.hint,
    attempts_left: details.attemptsLeft,
    resend_allowed_at: details.resendAllowedAt?.toISOString(),
    retry_after_seconds: details.retryAfterSeconds,
    request_id: requestId,
  };
}

const unavailable = (): ProblemError =>
  new ProblemError('ServiceUnavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS });

const unknownCursor = (): ProblemError =>
  ProblemError.invalid([faultOf('after', 'invalid', FIELD_SENTENCES.cursor)]);

function detailsOf({ code, details }: ActivationError): ErrorDetails {
  switch (code) {
    case 'activation.code_wrong':
      return details;
    case 'activation.code_replaced':
      return { hint: EXACT.replacedCodeHint, ...details };
    case 'activation.code_dead':
      return { hint: EXACT.newCodeHint, ...details };
    case 'activation.too_early':
      return { limit: 'resend', retryAfterSeconds: RESEND_WAIT_SECONDS };
    case 'activation.codes_used_up':
      return {
        detail: EXACT.codesUsedUp,
        limit: 'resend',
        retryAfterSeconds: details.retryAfterSeconds ?? RETRY_AFTER_SECONDS,
      };
    default:
      return {};
  }
}

/** Errors of Express, body-parser and Nest contain a status. */
function statusOf(thrown: unknown): number {
  if (thrown instanceof HttpException) return thrown.getStatus();
  if (typeof thrown !== 'object' || thrown === null) return 500;
  const { status, statusCode } = thrown as { status?: unknown; statusCode?: unknown };
  return Number(status ?? statusCode ?? 500);
}

function fromHttp(status: number, thrown: unknown): ProblemError {
  switch (status) {
    case 404:
    case 405:
      return new ProblemError('NotFound');
    case 413:
      return new ProblemError('PayloadTooLarge');
    case 415:
      return new ProblemError('UnsupportedMediaType');
    case 503:
      return unavailable();
    default:
      return status >= 400 && status < 500
        ? new ProblemError('ValidationError', clientFault(thrown))
        : new ProblemError('InternalError');
  }
}

/** Maps the error type of body-parser; its messages repeat the body, so they are not passed on. */
function clientFault(thrown: unknown): ErrorDetails {
  switch ((thrown as { type?: unknown }).type) {
    case 'entity.parse.failed':
      return { detail: EXACT.notJson };
    case 'request.size.invalid':
    case 'request.aborted':
      return { detail: EXACT.notThatLong };
    default:
      return {};
  }
}
