import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Environment } from '@app/runtime';
import type { PasswordHasher } from '@app/users';
import type { ProblemFilter } from '../problem/problem.filter';
import { currentRequest } from './request-context';

const REGISTER = '/api/v1/users/register';
/** They check a password, and need no place in the hashing line where it is remembered. */
const AUTHENTICATED = ['/api/v1/users/activate', '/api/v1/users/activation-codes'];

/**
 * Answers 503 to a request for which the hashing line has no place, before its body is read and a limit is spent: what
 * is turned away must not take the cores that hash (docs/decisions/0012-shedding.md).
 */
export function shedLoad(
  passwords: PasswordHasher,
  problems: ProblemFilter,
  { PASSWORD_MEMORY_SECONDS: memory }: Environment,
): RequestHandler {
  const routes = new Set(memory > 0 ? [REGISTER] : [REGISTER, ...AUTHENTICATED]);
  return (request: Request, response: Response, next: NextFunction): void => {
    if (request.method !== 'POST' || !routes.has(request.path)) {
      next();
      return;
    }
    const context = currentRequest();
    const refusal = passwords.refusal(context.clientDigest);
    if (refusal === undefined) {
      next();
      return;
    }
    context.shedAt = request.path;
    problems.answer(refusal, request, response);
  };
}
