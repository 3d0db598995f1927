import { createParamDecorator } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { Request } from 'express';
import { faultOf } from '../problem/problem';
import { ProblemError } from '../problem/problem-error';
import { currentRequest, valuesOf } from '../server/request-context';

const FIELD = 'Idempotency-Key';
/** Length of a key, in characters. A shorter key might collide with another client's. */
const LENGTH_MIN = 16;
const LENGTH_MAX = 255;

/** The Idempotency-Key of a request; undefined if it has none. @throws {ProblemError} if the key is invalid */
export const IdempotencyKey = createParamDecorator((_data, context): string | undefined => {
  // Two keys identify two requests.
  return checkedKey(valuesOf(context.switchToHttp().getRequest<Request>(), FIELD.toLowerCase()));
});

function checkedKey([key, ...others]: readonly string[]): string | undefined {
  if (key === undefined) return undefined;
  const fault = (kind: string, message: string, params = {}): ProblemError =>
    ProblemError.invalid([faultOf(FIELD, kind, message, params)]);
  if (others.length > 0) throw fault('invalid', 'must be sent once');
  if (!/^[\x20-\x7e]*$/.test(key)) throw fault('invalid', 'must be printable ASCII');
  if (key.length < LENGTH_MIN) {
    throw fault('too_short', `must have at least ${LENGTH_MIN} characters`, { min: LENGTH_MIN });
  }
  if (key.length > LENGTH_MAX) {
    throw fault('too_long', `must have at most ${LENGTH_MAX} characters`, { max: LENGTH_MAX });
  }
  return key;
}

/** Marks a response that repeats an earlier one. */
export function markReplayed(): void {
  currentRequest().response.setHeader('Idempotency-Replayed', 'true');
}

/** Documents the header on routes that accept it. */
export const ApiIdempotencyKey = (): MethodDecorator =>
  ApiHeader({
    name: FIELD,
    required: false,
    description:
      'Identifies the request: sending it again with the same key gets the same response and changes nothing. The repeated response has ' +
      '`Idempotency-Replayed: true`. Use a random text, such as a UUID.',
    schema: { type: 'string', minLength: LENGTH_MIN, maxLength: LENGTH_MAX, pattern: '^[ -~]*$' },
  });
