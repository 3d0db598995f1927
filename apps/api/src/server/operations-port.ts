import { NotFoundException } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import type { Environment } from '@app/runtime';
import type { BoundedExpressAdapter, BoundedServer } from '@app/runtime/server';
import type { ProblemFilter } from '../problem/problem.filter';

/**
 * Paths, with everything below them, that operators and other services read: metrics, events and the API
 * documentation.
 */
const PATHS = ['/metrics', '/api/v1/metrics', '/api/v1/events', '/docs', '/docs-json', '/docs-yaml'];

/** Whether the request arrived where operators are served: on the operations port, or on any port if there is none. */
export const isForOperators = (request: Request, { OPERATIONS_PORT: port }: Environment): boolean =>
  port === 0 || request.socket.localPort === port;

/** Answers 404 for these paths on every port but the operations port. */
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
 * A server for the operations port, if there is one. Clients of the public port cannot use up its connections. It also
 * serves while the last requests of the public port are finished: the last scrape comes during shutdown.
 */
export function createOperatorsServer(
  app: NestExpressApplication,
  { OPERATIONS_PORT: port }: Environment,
): BoundedServer | undefined {
  return port === 0 ? undefined : (app.getHttpAdapter() as unknown as BoundedExpressAdapter).createServer();
}
