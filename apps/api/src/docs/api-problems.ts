import { applyDecorators } from '@nestjs/common';
import { ApiExtension, ApiExtraModels, getSchemaPath, type OpenAPIObject } from '@nestjs/swagger';
import type { Environment } from '@app/runtime';
import { ERRORS, EXACT, type ErrorName } from '../problem/errors';
import { faultOf, Problem, type FieldFault } from '../problem/problem';
import { ProblemError, type ErrorDetails } from '../problem/problem-error';
import { toBody } from '../problem/to-problem';
import { CONCEALED_ERRORS } from './as-configured';
import { operationsOf, type Operation } from './operations';

type Response = Exclude<NonNullable<Operation['responses'][string]>, { $ref: string }>;

/** Errors that every route can return. */
const ALWAYS: readonly ErrorName[] = ['InternalError', 'ServiceUnavailable'];

/** Errors that every route with a body can return. */
export const BODY_PROBLEMS = ['PayloadTooLarge', 'UnsupportedMediaType'] as const;

const EXAMPLE_TIME = new Date('2026-01-15T10:30:00.000Z');

const EXAMPLE_ID = '0f8fad5b-d9cb-469f-a165-70867728950e';

const DETAILS: Partial<Record<ErrorName, ErrorDetails>> = {
  InvalidActivationCode: { attemptsLeft: 2, resendAllowedAt: EXAMPLE_TIME },
  ActivationCodeExpired: { hint: EXACT.newCodeHint, attemptsLeft: 0, resendAllowedAt: EXAMPLE_TIME },
  ServiceUnavailable: { retryAfterSeconds: 1 },
};

/** An invalid field of each operation, by operationId. */
const INVALID: Readonly<Record<string, FieldFault>> = {
  register: faultOf('email', 'invalid', 'must be an email address such as name@example.com'),
  activate: faultOf('activation_code', 'invalid', 'must be a string of 4 to 8 digits'),
  issueNewCode: faultOf('Idempotency-Key', 'too_short', 'must have at least 16 characters', { min: 16 }),
  listEvents: faultOf('limit', 'invalid', 'must be a whole number from 1 to 1000', { min: 1, max: 1_000 }),
};

/** The limit that a client most likely exceeds, by operationId; in concealed mode an account's own limits are not shown. */
const LIMITS: Readonly<Record<string, string>> = {
  register: 'registration',
  activate: 'activation',
  issueNewCode: 'resend',
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
      const problem = responseOf(names, id, environment);
      const own = operation.responses[status] as typeof problem | undefined;
      operation.responses[status] = { ...problem, ...own, content: { ...own?.content, ...problem.content } };
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
  return toBody(problemOf(name, id, environment), EXAMPLE_ID, environment.PUBLIC_PATH);
}

function problemOf(
  name: ErrorName,
  id: string,
  { CONCEAL_REGISTERED_EMAILS: conceals }: Environment,
): ProblemError {
  const fault = INVALID[id];
  if (name === 'ValidationError' && fault !== undefined) return ProblemError.invalid([fault]);
  if (name === 'RateLimitExceeded') {
    const limit = (conceals && id !== 'register' ? undefined : LIMITS[id]) ?? 'credentials';
    return new ProblemError(name, { limit, retryAfterSeconds: 42 });
  }
  const hides = conceals && id === 'activate' && name === 'InvalidCredentials';
  return new ProblemError(name, hides ? { hint: EXACT.concealedHint } : DETAILS[name]);
}
