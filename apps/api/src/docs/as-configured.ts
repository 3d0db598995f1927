import type { OpenAPIObject } from '@nestjs/swagger';
import type { Environment } from '@app/runtime';
import { describeConcealedMode, withoutErrors } from './concealed-mode';
import { operationOf, operationsOf } from './operations';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Properties = Record<string, Record<string, unknown>>;

/** Longest code that validation accepts, in digits: an address with many failed attempts gets longer codes. */
const CODE_DIGITS_MAX = 8;

/** Adapts the document to the configuration: lengths, lifetimes and counts, and the responses of concealed mode. */
export function describeConfiguration(document: OpenAPIObject, environment: Environment): OpenAPIObject {
  describeSchemas(document.components?.schemas ?? {}, environment);
  describeRegister(document, environment);
  describeNewCode(document, environment);
  if (environment.CONCEAL_REGISTERED_EMAILS) describeConcealedMode(document);
  if (!environment.ENABLE_RATE_LIMITING) describeNoLimits(document, environment);
  return document;
}

/** Only the limit that the row counts remains: new codes per registration. */
function describeNoLimits(
  document: OpenAPIObject,
  { CONCEAL_REGISTERED_EMAILS: concealed }: Environment,
): void {
  for (const operation of operationsOf(document)) {
    const counted = operation.operationId === 'issueNewCode' && !concealed;
    if (!counted) withoutErrors(operation, ['RateLimitExceeded']);
  }
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
