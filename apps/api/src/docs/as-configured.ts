import type { OpenAPIObject } from '@nestjs/swagger';
import { CODE_DIGITS_MAX } from '@app/activation';
import type { Environment } from '@app/runtime';
import type { ErrorName } from '../problem/errors';
import { operationOf, type Operation } from './operations';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Properties = Record<string, Record<string, unknown>>;

/** Describes what depends on the configuration: lengths, lifetimes and counts, and concealed mode. */
export function describeConfiguration(document: OpenAPIObject, environment: Environment): void {
  describeSchemas(document.components?.schemas ?? {}, environment);
  describeRegister(document, environment);
  describeNewCode(document, environment);
  if (environment.CONCEAL_REGISTERED_EMAILS) describeConcealedMode(document);
}

function describeSchemas(schemas: Schemas, environment: Environment): void {
  const {
    ACTIVATION_CODE_LENGTH: digits,
    ACTIVATION_CODE_EXPIRY_SECONDS: life,
    ACTIVATION_CODE_MAX_RESENDS: resends,
    PASSWORD_MIN_LENGTH: shortest,
    PASSWORD_BLOCKLIST: blocks,
  } = environment;
  change(schemas, 'ActivateBody', 'activation_code', {
    example: '12345678'.slice(0, digits),
    minLength: digits,
    pattern: `^[0-9]{${digits},${CODE_DIGITS_MAX}}$`,
  });
  change(schemas, 'Activation', 'code_length', { example: digits, minimum: digits });
  change(schemas, 'Activation', 'code_lifetime_seconds', { example: life });
  change(schemas, 'Activation', 'resends_left', { example: resends });
  const blocklist = blocks ? '; the most common passwords are refused' : '';
  change(schemas, 'RegisterBody', 'password', {
    minLength: shortest,
    description: `${shortest} ${plural('character', shortest)} or more, 72 bytes of UTF-8 or fewer${blocklist}.`,
    example:
      'SecurePass123'.length >= shortest ? 'SecurePass123' : 'SecurePass123'.padEnd(shortest, '-and-longer'),
  });
}

function change(schemas: Schemas, name: string, property: string, changes: Record<string, unknown>): void {
  const schema = schemas[name] as { properties?: Properties } | undefined;
  const found = schema?.properties?.[property];
  if (found !== undefined) Object.assign(found, changes);
}

function describeRegister(document: OpenAPIObject, environment: Environment): void {
  const { ACTIVATION_CODE_LENGTH: digits, ACTIVATION_CODE_EXPIRY_SECONDS: life } = environment;
  operationOf(document, 'register').description =
    `Creates an account that must be activated, and sends a mail with an activation code of ${digits} digits. The code ` +
    `is valid for ${life} ${plural('second', life)} after the mail server accepts the mail. A registration ` +
    'whose code expired unused does not block its address: registering the address again replaces it.';
}

function describeNewCode(document: OpenAPIObject, environment: Environment): void {
  const { ACTIVATION_CODE_MAX_RESENDS: resends } = environment;
  operationOf(document, 'issueNewCode').description =
    `Sends a new code; the old one is no longer valid. A registration gets at most ${resends} new codes. After that, ` +
    'a 429 says when the last code expires and the address can be registered again.';
}

const plural = (word: string, count: number): string => (count === 1 ? word : `${word}s`);

/** Errors that the routes do not return in concealed mode, by operationId. */
export const CONCEALED_ERRORS: Readonly<Record<string, readonly ErrorName[]>> = {
  register: ['UserAlreadyExists'],
  activate: ['InvalidActivationCode', 'UserAlreadyActivated', 'ActivationCodeExpired'],
  issueNewCode: ['UserAlreadyActivated'],
};

const PENDING_IS_UNKNOWN = 'An account that is not activated yet gets the 401 of an unknown one.';
/** Additions to the descriptions, by operationId. */
const CONCEALED_NOTES = {
  register:
    'The response is the same if the address is already registered; its owner then gets a mail about it.',
  activate:
    'Every failure gets the same 401: an unknown address, a wrong password, a wrong or expired code, an account that is activated.',
  getOwnAccount: PENDING_IS_UNKNOWN,
  deleteOwnAccount: PENDING_IS_UNKNOWN,
};

/** Adapts the document to concealed mode (docs/decisions/0024-concealed-accounts.md). */
function describeConcealedMode(document: OpenAPIObject): void {
  for (const [id, note] of Object.entries(CONCEALED_NOTES)) {
    const operation = operationOf(document, id);
    operation.description = `${operation.description ?? ''} ${note}`;
  }
  describeConcealedNewCode(operationOf(document, 'issueNewCode'));
}

function describeConcealedNewCode(operation: Operation): void {
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
