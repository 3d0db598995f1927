import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorName } from './problem';
import { ProblemError } from './problem-error';
import { DETAIL_OF } from './statuses';
import { toBody } from './to-problem';

/** What Node finds wrong before there is a request; anything else is not HTTP. */
const NAME_OF: Partial<Record<string, ErrorName>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'RequestTimeout',
  HPE_HEADER_OVERFLOW: 'RequestHeadersTooLarge',
};

/** Answers what never became a request with the one body for errors; Node would answer without any. */
export function answerUnreadable(server: Server): void {
  server.on('clientError', (fault: NodeJS.ErrnoException, socket: Socket) => {
    const { _httpMessage: answer } = socket as { _httpMessage?: { readonly headersSent: boolean } };
    // Nobody is there any more, or an answer is half out.
    if (!socket.writable || fault.code === 'ECONNRESET' || answer?.headersSent) socket.destroy();
    else socket.end(problemFor(fault), () => socket.destroy());
  });
}

function problemFor({ code = '' }: NodeJS.ErrnoException): string {
  const name = NAME_OF[code] ?? 'ValidationError';
  const detail = name === 'ValidationError' ? 'This is not a well-formed HTTP request.' : DETAIL_OF[name];
  const requestId = randomUUID();
  const problem = toBody(new ProblemError(name, detail), requestId);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
