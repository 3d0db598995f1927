import { applyDecorators } from '@nestjs/common';
import { ApiExtension, ApiExtraModels, getSchemaPath, type OpenAPIObject } from '@nestjs/swagger';
import type { Environment } from '@app/runtime';
import { ERRORS, EXACT, type ErrorName } from '../problem/errors';
import { faultOf, Problem } from '../problem/problem';
import { ProblemError, type ErrorDetails } from '../problem/problem-error';
import { toBody } from '../problem/to-problem';
import { CONCEALED_ERRORS } from './as-configured';
import { operationsOf, type Operation } from './operations';

type Response = NonNullable<Operation['responses'][string]>;

/** Errors that every route can return. */
const ALWAYS: readonly ErrorName[] = ['InternalError', 'ServiceUnavailable'];

/** Errors that every route with a body can return. */
export const BODY_PROBLEMS = ['PayloadTooLarge', 'UnsupportedMediaType'] as const;

const EXAMPLE_TIME = new Date('2026-01-15T10:30:00.000Z');

const EXAMPLE_ID = '0f8fad5b-d9cb-469f-a165-70867728950e';

const DETAILS: Partial<Record<ErrorName, ErrorDetails>> = {
  ValidationError: {
    errors: [faultOf('email', 'invalid', 'must be an email address such as name@example.com')],
  },
  InvalidActivationCode: { attemptsLeft: 2, resendAllowedAt: EXAMPLE_TIME },
  ActivationCodeExpired: { hint: EXACT.newCodeHint, attemptsLeft: 0, resendAllowedAt: EXAMPLE_TIME },
  RateLimitExceeded: { limit: 'registration', retryAfterSeconds: 42 },
  ServiceUnavailable: { retryAfterSeconds: 1 },
};

/** The decorator passes the names of the errors to `describeProblems` in an extension of the document. */
type Listing = Operation & { 'x-problems'?: ErrorName[] };

/** Documents the errors of a route. */
export const ApiProblems = (...errors: ErrorName[]): MethodDecorator =>
  applyDecorators(ApiExtraModels(Problem), ApiExtension('x-problems', [...errors, ...ALWAYS]));

/** Describes the errors that each route returns as configured: one response per status, with an example for each error. */
export function describeProblems(document: OpenAPIObject, environment: Environment): void {
  for (const operation of operationsOf(document) as Listing[]) {
    const { operationId: id = '', 'x-problems': listed = [] } = operation;
    delete operation['x-problems'];
    const errors = listed.filter((error) => isReturned(error, id, environment));
    for (const status of new Set(errors.map((error) => ERRORS[error].status))) {
      const names = errors.filter((error) => ERRORS[error].status === status);
      operation.responses[status] = responseOf(names, id, environment);
    }
  }
}

function isReturned(error: ErrorName, id: string, environment: Environment): boolean {
  const { CONCEAL_REGISTERED_EMAILS: conceals, ENABLE_RATE_LIMITING: limits } = environment;
  if (conceals && CONCEALED_ERRORS[id]?.includes(error)) return false;
  // Without limits, only the one that the row counts remains: new codes per registration.
  return error !== 'RateLimitExceeded' || limits || (id === 'issueNewCode' && !conceals);
}

const responseOf = (names: ErrorName[], id: string, environment: Environment): Response => ({
  description: names.map((name) => `${name}: ${ERRORS[name].detail}`).join(' '),
  content: {
    'application/problem+json': {
      schema: {
        allOf: [
          { $ref: getSchemaPath(Problem) },
          // Code generators then create a type for each status that only its errors fit.
          { type: 'object', required: ['error'], properties: { error: { type: 'string', enum: names } } },
        ],
      },
      examples: Object.fromEntries(names.map((name) => [name, { value: exampleOf(name, id, environment) }])),
    },
  },
});

function exampleOf(name: ErrorName, id: string, environment: Environment): Problem {
  const hides = environment.CONCEAL_REGISTERED_EMAILS && id === 'activate' && name === 'InvalidCredentials';
  const details = hides ? { hint: EXACT.concealedHint } : DETAILS[name];
  return toBody(new ProblemError(name, details), EXAMPLE_ID, environment.PUBLIC_PATH);
}
