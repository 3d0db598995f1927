import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { ActivationError, RESEND_WAIT_SECONDS } from '@app/activation';
import { Unavailable } from '@app/runtime';
import { UsersError } from '@app/users';
import type { ErrorName, Problem } from './problem';
import { ProblemError } from './problem-error';
import {
  CODES_USED_UP,
  DETAIL_OF,
  ERROR_OF,
  EXACT,
  NEW_CODE_HINT,
  REPLACED_CODE_HINT,
  STATUS_OF,
} from './statuses';

/** Seconds until a client should retry after an outage or when the hashing queue is full. */
export const RETRY_AFTER_SECONDS = 1;

/** Maps any thrown value to a problem. An unexpected error becomes an InternalError that reveals no internals. */
export function toProblemError(thrown: unknown): ProblemError {
  if (thrown instanceof ProblemError) return thrown;
  if (thrown instanceof UsersError) return fromUsers(thrown);
  if (thrown instanceof ActivationError) return fromActivation(thrown);
  if (thrown instanceof Unavailable) {
    return named('ServiceUnavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
  return fromHttp(statusOf(thrown), thrown);
}

/** Whether the body was refused before the handler ran: not JSON, too large, or with invalid fields. */
export function isMalformed(thrown: unknown): boolean {
  const malformed: readonly ErrorName[] = ['ValidationError', 'PayloadTooLarge', 'UnsupportedMediaType'];
  return malformed.includes(toProblemError(thrown).error);
}

/** @param publicPath prefix of all paths as clients see them */
export function toBody(error: ProblemError, requestId: string, publicPath: string): Problem {
  const status = STATUS_OF[error.error];
  return {
    type: `${publicPath}/problems/${error.error}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: error.message,
    error: error.error,
    message: error.message,
    ...(error.extras.errors ? { errors: error.extras.errors } : {}),
    ...(error.extras.limit ? { limit: error.extras.limit } : {}),
    ...(error.extras.hint ? { hint: error.extras.hint } : {}),
    ...codeFacts(error),
    ...(error.extras.retryAfterSeconds === undefined
      ? {}
      : { retry_after_seconds: error.extras.retryAfterSeconds }),
    request_id: requestId,
  };
}

const codeFacts = ({
  extras: { attemptsLeft, resendAllowedAt },
}: ProblemError): Pick<Problem, 'attempts_left' | 'resend_allowed_at'> => ({
  ...(attemptsLeft === undefined ? {} : { attempts_left: attemptsLeft }),
  ...(resendAllowedAt === undefined ? {} : { resend_allowed_at: resendAllowedAt.toISOString() }),
});

const named = (error: keyof typeof DETAIL_OF, extras: ProblemError['extras'] = {}): ProblemError =>
  new ProblemError(error, DETAIL_OF[error], extras);

function fromUsers(error: UsersError): ProblemError {
  switch (error.code) {
    case 'users.email_invalid':
      return ProblemError.invalid([
        { field: 'email', code: 'email.invalid', params: {}, message: error.message },
      ]);
    case 'users.password_unfit':
      return ProblemError.invalid([
        { field: 'password', code: 'password.invalid', params: {}, message: error.message },
      ]);
    default:
      return named(ERROR_OF[error.code]);
  }
}

function fromActivation(error: ActivationError): ProblemError {
  const { attemptsLeft, resendAllowedAt } = error.details;
  switch (error.code) {
    case 'activation.code_wrong':
      return named('InvalidActivationCode', { attemptsLeft, resendAllowedAt });
    case 'activation.too_early':
      return named('RateLimitExceeded', { limit: 'resend', retryAfterSeconds: RESEND_WAIT_SECONDS });
    case 'activation.code_replaced':
      return named('InvalidActivationCode', { hint: REPLACED_CODE_HINT, attemptsLeft, resendAllowedAt });
    case 'activation.code_dead':
      return named('ActivationCodeExpired', { hint: NEW_CODE_HINT, attemptsLeft, resendAllowedAt });
    case 'activation.codes_used_up': {
      const { retryAfterSeconds = RETRY_AFTER_SECONDS } = error;
      return new ProblemError('RateLimitExceeded', CODES_USED_UP, { limit: 'resend', retryAfterSeconds });
    }
    default:
      return named(ERROR_OF[error.code]);
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
      return named('NotFound');
    case 413:
      return named('PayloadTooLarge');
    case 415:
      return named('UnsupportedMediaType');
    case 503:
      return named('ServiceUnavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    default:
      return status >= 400 && status < 500
        ? new ProblemError('ValidationError', clientFault(thrown))
        : named('InternalError');
  }
}

/** Maps the error type of body-parser; its messages repeat the body, so they are not passed on. */
function clientFault(thrown: unknown): string {
  switch ((thrown as { type?: unknown }).type) {
    case 'entity.parse.failed':
      return EXACT.notJson;
    case 'request.size.invalid':
    case 'request.aborted':
      return EXACT.notThatLong;
    default:
      return DETAIL_OF.ValidationError;
  }
}
