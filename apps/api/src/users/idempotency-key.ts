import { createParamDecorator } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { Request } from 'express';
import { ProblemError } from '../problem/problem-error';
import { currentRequest } from '../server/request-context';

const FIELD = 'Idempotency-Key';
/** In characters. A shorter one could be another client's, too. */
const LENGTH_MIN = 16;
const LENGTH_MAX = 255;

/** Says in the answer that it is one that was given before. */
export const REPLAYED_FIELD = 'Idempotency-Replayed';

/** The Idempotency-Key of a request; undefined where it has none. @throws {ProblemError} where it is not fit for one */
export const IdempotencyKey = createParamDecorator((_data, context): string | undefined =>
  checkedKey(context.switchToHttp().getRequest<Request>().get(FIELD)),
);

export function checkedKey(key: string | undefined): string | undefined {
  if (key === undefined) return undefined;
  const fault = (kind: string, params: Record<string, number>, message: string): ProblemError =>
    ProblemError.invalid([{ field: FIELD, code: `${FIELD}.${kind}`, params, message }]);
  if (!/^[\x20-\x7e]*$/.test(key)) throw fault('invalid', {}, 'must be printable ASCII');
  if (key.length < LENGTH_MIN) {
    throw fault('too_short', { min: LENGTH_MIN }, `must have at least ${LENGTH_MIN} characters`);
  }
  if (key.length > LENGTH_MAX) {
    throw fault('too_long', { max: LENGTH_MAX }, `must have at most ${LENGTH_MAX} characters`);
  }
  return key;
}

/** Marks the answer where the same request was answered before. */
export function markReplayed(replayed: boolean): void {
  if (replayed) currentRequest().response.setHeader(REPLAYED_FIELD, 'true');
}

/** Documents the header field of a route that takes it. */
export const ApiIdempotencyKey = (): MethodDecorator =>
  ApiHeader({
    name: FIELD,
    required: false,
    description:
      'Names the request, so that repeating it gets the same answer and changes nothing; the answer then has ' +
      '`Idempotency-Replayed: true`. Any random text, such as a UUID.',
    schema: { type: 'string', minLength: LENGTH_MIN, maxLength: LENGTH_MAX, pattern: '^[ -~]*$' },
  });
