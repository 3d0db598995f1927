import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { json, type Request, type Response } from 'express';
import { from, mergeMap, type Observable } from 'rxjs';
import { EXACT } from '../problem/errors';
import { ProblemError } from '../problem/problem-error';
import { valuesOf } from '../server/request-context';

/** Largest body, in bytes. */
const BODY_BYTES_MAX = 16 * 1_024;

/** Fails on broken bytes: replacing them would turn two different passwords into one. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Field names in the text of a body, including repeated ones. */
const namedFields = new WeakMap<object, number>();

const parse = json({
  limit: BODY_BYTES_MAX,
  inflate: false,
  strict: true,
  type: () => true,
  verify: (request, _response, bytes) => {
    try {
      namedFields.set(request, countFields(UTF8.decode(bytes)));
    } catch {
      throw new ProblemError('ValidationError', { detail: EXACT.notUtf8 });
    }
  },
});

/**
 * Reads the JSON body of a route with `@Body()`. It is an interceptor rather than a middleware so that it runs after
 * the guards, and a request over its limits is refused before its body is read, and before the pipes, which need the
 * body.
 */
@Injectable()
export class JsonBodyInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const body = readJsonBody(http.getRequest<Request>(), http.getResponse<Response>());
    return from(body).pipe(mergeMap(() => next.handle()));
  }
}

/** @throws {ProblemError} as well as the errors of body-parser */
async function readJsonBody(request: Request, response: Response): Promise<void> {
  if (!hasBody(request)) return;
  if (!isUtf8Json(request)) throw new ProblemError('UnsupportedMediaType');
  await new Promise<void>((resolve, reject) => {
    // body-parser knows utf-8 by one name only, and ignores a body without a content type.
    request.headers['content-type'] = 'application/json';
    parse(request, response, (error?: Error) => (error === undefined ? resolve() : reject(error)));
  });
  // JSON.parse keeps the last of two values; another parser may keep the first.
  const fields = Object.keys((request.body ?? {}) as object).length;
  if (!Array.isArray(request.body) && (namedFields.get(request) ?? 0) > fields) {
    throw new ProblemError('ValidationError', { detail: EXACT.repeatedField });
  }
}

/** Names in the outermost object. Other faults of the text show when it is parsed. */
function countFields(text: string): number {
  let [depth, fields] = [0, 0];
  for (const [token, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[[\]{}]/gs)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (depth === 1 && colon !== undefined) fields += 1;
  }
  return fields;
}

const hasBody = (request: Request): boolean =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;

function isUtf8Json(request: Request): boolean {
  const [given = '', ...others] = valuesOf(request, 'content-type');
  // Another reader may believe the other one.
  if (others.length > 0) return false;
  const type = given.trim();
  // Whether the text is valid JSON shows when it is parsed.
  if (type === '') return true;
  if (!request.is(['application/json', 'application/*+json'])) return false;
  const charsets = type.matchAll(/;\s*charset\s*=\s*"?([^";\s]*)/gi);
  return [...charsets].every(([, charset = '']) => ['utf-8', 'utf8'].includes(charset.toLowerCase()));
}
