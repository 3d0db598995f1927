import { NotFoundException } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import type { Environment } from '@app/runtime';
import type { BoundedExpressAdapter, BoundedServer } from '@app/runtime/server';
import type { ProblemFilter } from '../problem/problem.filter';

/** What operators and other services read: metrics, events and documents, and all that is below. */
const PATHS = ['/metrics', '/api/v1/metrics', '/api/v1/events', '/docs', '/docs-json', '/docs-yaml'];

/** Whether the request came where operators are served: on any port, unless they have one of their own. */
export const isForOperators = (request: Request, { OPERATIONS_PORT: port }: Environment): boolean =>
  port === 0 || request.socket.localPort === port;

/** Says of these paths that there is nothing, on every port but the operators' own. */
export function hideFromPublic(
  app: NestExpressApplication,
  environment: Environment,
  problems: ProblemFilter,
): void {
  app.use(PATHS, (request: Request, response: Response, next: NextFunction) => {
    if (isForOperators(request, environment)) next();
    else problems.answer(new NotFoundException(), request, response);
  });
}

/**
 * A server for the operators' port, where there is one; clients of the public port take none of its places. It serves
 * until the process ends: the last scrape comes during shutdown.
 */
export function createOperatorsServer(
  app: NestExpressApplication,
  { OPERATIONS_PORT: port }: Environment,
): BoundedServer | undefined {
  return port === 0 ? undefined : (app.getHttpAdapter() as unknown as BoundedExpressAdapter).createServer();
}
