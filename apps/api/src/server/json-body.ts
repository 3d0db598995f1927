import { json, type Request, type Response } from 'express';
import { ProblemError } from '../problem/problem-error';
import { DETAIL_OF } from '../problem/statuses';

/** Largest body, in bytes. */
export const BODY_BYTES_MAX = 16 * 1_024;

const parse = json({ limit: BODY_BYTES_MAX, inflate: false, strict: true, type: () => true });

/**
 * Reads a JSON body; one that is something else is refused before a byte of it is kept.
 * Resolves to undefined when there is none. @throws {ProblemError} and the errors of body-parser
 */
export function readJsonBody(request: Request, response: Response): Promise<unknown> {
  if (!hasBody(request)) return Promise.resolve(undefined);
  if (!isUtf8Json(request)) {
    return Promise.reject(new ProblemError('UnsupportedMediaType', DETAIL_OF.UnsupportedMediaType));
  }
  return new Promise((resolve, reject) => {
    parse(request, response, (error?: Error) => {
      if (error === undefined) resolve(request.body);
      else reject(error);
    });
  });
}

const hasBody = (request: Request): boolean =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;

function isUtf8Json(request: Request): boolean {
  if (!request.is(['application/json', 'application/*+json'])) return false;
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(request.get('content-type') ?? '')?.[1];
  return charset === undefined || charset.toLowerCase() === 'utf-8';
}
