import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Lifecycle } from '@app/runtime';
import { ProblemError } from '../problem/problem-error';
import type { ProblemFilter } from '../problem/problem.filter';
import { DETAIL_OF } from '../problem/statuses';

/** Answered to the end: whether the process lives and is ready, and the last scrape of its counts. */
const ANSWERED_TO_THE_END = ['/livez', '/readyz', '/metrics'];

/** Sends clients elsewhere: the answers of a process that is leaving close their connections. */
export function sendElsewhere(lifecycle: Lifecycle, problems: ProblemFilter): RequestHandler {
  return (request: Request, response: Response, next: NextFunction): void => {
    if (lifecycle.leaving) response.setHeader('Connection', 'close');
    if (!lifecycle.closed || ANSWERED_TO_THE_END.includes(request.path)) {
      next();
      return;
    }
    const closing = new ProblemError('ServiceUnavailable', DETAIL_OF.ServiceUnavailable, {
      retryAfterSeconds: 1,
    });
    problems.answer(closing, request, response);
  };
}
