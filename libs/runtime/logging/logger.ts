import { AsyncLocalStorage } from 'node:async_hooks';
import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { traceId } from '../tracing/tracing';
import { standardOutput } from './output';

/** Fields in every log line of one request or one mail. */
export interface RequestContext {
  readonly requestId: string;
}

/** Available in promises and callbacks of the request, so that functions need not pass it on. */
export const requestContext = new AsyncLocalStorage<RequestContext>();

export type Logger = PinoLogger;
export const Logger = Symbol('Logger');

/** Fields that must never reach a log, even if they are logged by mistake. */
const CENSORED = [
  ...['password', 'passwordHash', 'password_hash', 'activation_code', 'authorization', 'Authorization'],
  ...['cookie', 'secret', 'email'],
];

/**
 * Logs one JSON object per line to stdout: time (RFC 3339, UTC), level, message, and the request id if there is one.
 * Errors are logged with their stack; addresses in texts are masked.
 */
export function createLogger(
  options: { level: string; app: string },
  destination: DestinationStream = standardOutput(),
): Logger {
  return pino(
    {
      level: options.level,
      base: { app: options.app, pid: process.pid },
      messageKey: 'message',
      errorKey: 'error',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => {
        const context = requestContext.getStore();
        const trace = traceId();
        return {
          ...(context ? { request_id: context.requestId } : {}),
          ...(trace ? { trace_id: trace } : {}),
        };
      },
      redact: { paths: CENSORED.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[redacted]' },
      serializers: { error: (error: unknown) => describeError(error) },
      hooks: {
        logMethod(args, method) {
          method.apply(
            this,
            args.map((arg) => (typeof arg === 'string' ? maskEmailsIn(arg) : arg)) as Parameters<
              typeof method
            >,
          );
        },
      },
    },
    destination,
  );
}

/**
 * Logs only name, message and stack: drivers attach queries, parameters and replies to their errors. An unavailable
 * dependency is not a bug, so its reason is one line without a stack.
 */
function describeError(error: unknown, withStack = true): unknown {
  if (!(error instanceof Error)) return maskEmailsIn(String(error));
  const code = (error as NodeJS.ErrnoException).code;
  const stack = withStack && error.name !== 'Unavailable';
  return {
    type: error.name,
    message: maskEmailsIn(error.message),
    ...(code === undefined ? {} : { code }),
    ...(stack ? { stack: maskEmailsIn(error.stack ?? '') } : {}),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause, stack) }),
  };
}

/** Nest's own log lines, in the same format. */
export function nestLogger(logger: Logger): LoggerService {
  const write =
    (level: 'info' | 'warn' | 'error' | 'debug' | 'trace' | 'fatal') =>
    (message: unknown, ...rest: unknown[]): void => {
      const context = rest.at(-1);
      const error = message instanceof Error ? { error: message } : {};
      logger[level](
        { ...error, ...(typeof context === 'string' ? { context } : {}) },
        message instanceof Error ? message.message : String(message),
      );
    };
  return {
    log: write('debug'),
    warn: write('warn'),
    error: write('error'),
    debug: write('debug'),
    verbose: write('trace'),
    fatal: write('fatal'),
  };
}

/** `test@example.com` → `t***@example.com`: enough to find a case, too little to write to the person. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  if (at < 1) return '***';
  return `${String.fromCodePoint(email.codePointAt(0) ?? 0x2a)}***${email.slice(at)}`;
}

// Linear time: no part can match its separators, and a match starts only at the beginning of a word.
const ADDRESS = /(?<![^\s@/"'<>()[\],;:=])[^\s@/"'<>()[\],;:=]+@[^\s@/"'<>()[\],;:=]+/g;

/** Masks everything that looks like an email address in a foreign text, such as a mail server's refusal. */
export function maskEmailsIn(text: string): string {
  return text.slice(0, 2_000).replace(ADDRESS, maskEmail);
}

/** What a row stores of the reason that another server gave. */
export const shortReason = (reason: string): string => reason.slice(0, 500);
