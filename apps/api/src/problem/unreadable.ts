import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { Instruments, UNMATCHED_ROUTE } from '@app/metrics';
import { Environment, Logger } from '@app/runtime';
import type { ErrorName } from './errors';
import { ProblemError } from './problem-error';
import { toBody } from './to-problem';

/** Errors that Node reports before a request exists; any other error means that the input is not HTTP. */
const NAME_OF: Partial<Record<string, ErrorName>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'RequestTimeout',
  HPE_HEADER_OVERFLOW: 'RequestHeadersTooLarge',
  CONNECT: 'MethodNotAllowed',
};

/** Answers input that never became a request: with a problem body, a log line and a measurement. */
@Injectable()
export class UnreadableRequests {
  constructor(
    @Inject(Logger) private readonly logger: Logger,
    @Inject(Instruments) private readonly instruments: Instruments,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  /** The complete HTTP response as text. */
  answer({ code = '' }: NodeJS.ErrnoException): string {
    const name = NAME_OF[code] ?? 'ValidationError';
    const details = name === 'ValidationError' ? { detail: 'This is not a valid HTTP request.' } : {};
    const requestId = randomUUID();
    const problem = toBody(new ProblemError(name, details), requestId, this.environment.PUBLIC_PATH);
    const { status } = problem;
    this.instruments.requestFinished({ method: 'UNREADABLE', route: UNMATCHED_ROUTE, status, durationMs: 0 });
    this.logger.info({ request_id: requestId, status, code }, 'unreadable request');
    return render(problem.status, requestId, JSON.stringify(problem), name === 'MethodNotAllowed');
  }
}

function render(status: number, requestId: string, body: string, isMethod: boolean): string {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    `Date: ${new Date().toUTCString()}`,
    'Content-Type: application/problem+json',
    'Content-Language: en',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'X-Content-Type-Options: nosniff',
    // CONNECT has no path, so this lists the methods of all paths.
    ...(isMethod ? ['Allow: DELETE, GET, HEAD, OPTIONS, POST'] : []),
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
