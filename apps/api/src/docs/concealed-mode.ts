import type { OpenAPIObject } from '@nestjs/swagger';
import { ERRORS, EXACT, type ErrorName } from '../problem/errors';
import type { Problem } from '../problem/problem';
import { operationOf, type Operation } from './operations';

interface ProblemMedia {
  readonly schema: {
    readonly allOf: [object, { readonly properties: { readonly error: { enum: ErrorName[] } } }];
  };
  examples: Partial<Record<ErrorName, { value: Problem } | undefined>>;
}

const PROBLEM_TYPE = 'application/problem+json';

/** Removes errors that an operation does not return as configured, and statuses without any remaining error. */
export function withoutErrors(operation: Operation, gone: readonly ErrorName[]): void {
  const responses = Object.entries(operation.responses).filter(([, response]) => {
    const media = problemsOf(response);
    if (media === undefined) return true;
    const { error } = media.schema.allOf[1].properties;
    const left = error.enum.filter((name) => !gone.includes(name));
    if (left.length === error.enum.length) return true;
    error.enum = left;
    media.examples = Object.fromEntries(left.map((name) => [name, media.examples[name]]));
    Object.assign(response ?? {}, {
      description: left.map((name) => `${name}: ${ERRORS[name].detail}`).join(' '),
    });
    return left.length > 0;
  });
  operation.responses = Object.fromEntries(responses);
}

/** Adapts the document to concealed mode (docs/decisions/0024-concealed-accounts.md). */
export function describeConcealedMode(document: OpenAPIObject): void {
  const register = operationOf(document, 'register');
  withoutErrors(register, ['UserAlreadyExists']);
  add(
    register,
    'The response is the same if the address is already registered; its owner then gets a mail about it.',
  );
  const activate = operationOf(document, 'activate');
  withoutErrors(activate, ['InvalidActivationCode', 'UserAlreadyActivated', 'ActivationCodeExpired']);
  add(
    activate,
    'Every failure gets the same 401: an unknown address, a wrong password, a wrong or expired code, an account that is activated.',
  );
  const refused = problemsOf(activate.responses['401'])?.examples.InvalidCredentials;
  if (refused !== undefined) refused.value = Object.assign({}, refused.value, { hint: EXACT.concealedHint });
  describeNewCode(operationOf(document, 'issueNewCode'));
  for (const id of ['getOwnAccount', 'deleteOwnAccount']) {
    add(operationOf(document, id), 'An account that is not activated yet gets the 401 of an unknown one.');
  }
}

function describeNewCode(operation: Operation): void {
  withoutErrors(operation, ['UserAlreadyActivated']);
  operation.description =
    'The answer is always the same. A new code is sent only if the password is right and the account is not activated yet; ' +
    'the old one is then no longer valid. A 401 means that the credentials are missing or malformed.';
  const accepted = operation.responses['202'] as {
    description: string;
    content: Record<string, { example?: unknown }>;
  };
  accepted.description = 'Accepted, whether or not a code is sent.';
  for (const media of Object.values(accepted.content)) {
    media.example = { message: CONCEALED_NEW_CODE, email: 'test@example.com' };
  }
}

/** The one answer to a request for a new code. */
export const CONCEALED_NEW_CODE =
  'If the password is right and the account is not activated yet, a new code is on its way.';

function problemsOf(response: Operation['responses'][string] | undefined): ProblemMedia | undefined {
  const { content } = (response ?? {}) as { content?: Record<string, ProblemMedia> };
  const media = content?.[PROBLEM_TYPE];
  // A response that lists its errors; responses that any route can return have the plain schema.
  return media?.examples === undefined ? undefined : media;
}

function add(operation: Operation, note: string): void {
  operation.description = `${operation.description ?? ''} ${note}`;
}
