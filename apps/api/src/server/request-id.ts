import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import { requestContext } from '@app/runtime';

const TOKEN = /^[\w.+/=:-]{1,64}$/;
const REQUEST_ID = Symbol('request id');
const GONE = Symbol('gone');

interface Marked {
  [REQUEST_ID]?: string;
  [GONE]?: AbortSignal;
}

/** Takes the client's request id if it is a plain token, else makes one; gives it back, and to every log line. */
export function identifyRequest(request: Request, response: Response, next: NextFunction): void {
  const given = request.get('x-request-id');
  const requestId = given !== undefined && TOKEN.test(given) ? given : randomUUID();
  const left = new AbortController();
  Object.assign(request, { [REQUEST_ID]: requestId, [GONE]: left.signal } satisfies Marked);
  response.setHeader('X-Request-Id', requestId);
  response.once('close', () => {
    if (!response.writableFinished) left.abort();
  });
  requestContext.run({ requestId }, next);
}

export const requestIdOf = (request: Request): string => (request as Marked)[REQUEST_ID] ?? '';

/** Aborted when the client leaves before its answer. */
export const goneSignalOf = (request: Request): AbortSignal =>
  (request as Marked)[GONE] ?? new AbortController().signal;
