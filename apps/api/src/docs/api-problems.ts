import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ERRORS, EXACT, type ErrorName } from '../problem/errors';
import { Problem } from '../problem/problem';
import { ProblemError, type ErrorDetails } from '../problem/problem-error';
import { toBody } from '../problem/to-problem';

/** Errors that every route can return. */
const ALWAYS: readonly ErrorName[] = ['InternalError', 'ServiceUnavailable'];

/** Errors that every route with a body can return. */
export const BODY_PROBLEMS = ['PayloadTooLarge', 'UnsupportedMediaType'] as const;

const EXAMPLE_TIME = new Date('2026-01-15T10:30:00.000Z');

const EXTRAS: Partial<Record<ErrorName, ErrorDetails>> = {
  ValidationError: {
    errors: [
      {
        field: 'email',
        code: 'email.invalid',
        params: {},
        message: 'must be an email address such as name@example.com',
      },
    ],
  },
  InvalidActivationCode: { attemptsLeft: 2, resendAllowedAt: EXAMPLE_TIME },
  ActivationCodeExpired: { hint: EXACT.newCodeHint, attemptsLeft: 0, resendAllowedAt: EXAMPLE_TIME },
  RateLimitExceeded: { limit: 'registration', retryAfterSeconds: 42 },
  ServiceUnavailable: { retryAfterSeconds: 1 },
};

/** Documents the errors of a route: one response per status, with an example for each error. */
export function ApiProblems(...errors: ErrorName[]): MethodDecorator {
  const byStatus = new Map<number, ErrorName[]>();
  for (const error of [...errors, ...ALWAYS]) {
    const { status } = ERRORS[error];
    byStatus.set(status, [...(byStatus.get(status) ?? []), error]);
  }
  return applyDecorators(
    ApiExtraModels(Problem),
    ...[...byStatus]
      .sort(([one], [other]) => one - other)
      .map(([status, names]) =>
        ApiResponse({
          status,
          description: names.map((name) => `${name}: ${ERRORS[name].detail}`).join(' '),
          content: {
            'application/problem+json': {
              schema: {
                allOf: [
                  { $ref: getSchemaPath(Problem) },
                  // Code generators then create a type for each status that only its errors fit.
                  {
                    type: 'object',
                    required: ['error'],
                    properties: { error: { type: 'string', enum: names } },
                  },
                ],
              },
              examples: Object.fromEntries(names.map((name) => [name, { value: example(name) }])),
            },
          },
        }),
      ),
  );
}

const example = (name: ErrorName): Problem =>
  toBody(new ProblemError(name, EXTRAS[name]), '0f8fad5b-d9cb-469f-a165-70867728950e', '');
