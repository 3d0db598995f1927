import type { OpenAPIObject } from '@nestjs/swagger';
import type { Environment } from '@app/runtime';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Properties = Record<string, Record<string, unknown>>;

/** Longest code that validation accepts, in digits: an address with many failed attempts gets longer codes. */
const CODE_DIGITS_MAX = 8;

/** Adapts the document to the configuration: lengths, lifetimes and counts, and the responses of concealed mode. */
export function describeConfiguration(document: OpenAPIObject, environment: Environment): OpenAPIObject {
  const paths = Object.fromEntries(
    Object.entries(document.paths).map(([path, item]) => [`/${path.replace(/^\//, '')}`, item]),
  );
  const post = (path: string): Operation | undefined => paths[`/api/v1/users/${path}`]?.post;
  describeSchemas(document.components?.schemas ?? {}, environment);
  describeRegister(post('register'), environment);
  describeNewCode(post('activation-codes'), environment);
  if (environment.CONCEAL_REGISTERED_EMAILS) {
    conceal(
      post('register'),
      'The response is the same if the address is already registered; its owner then gets a mail about it.',
    );
  }
  return document;
}

function describeSchemas(schemas: Schemas, environment: Environment): void {
  const {
    ACTIVATION_CODE_LENGTH: digits,
    PASSWORD_MIN_LENGTH: shortest,
    PASSWORD_BLOCKLIST: blocks,
  } = environment;
  change(schemas, 'ActivateBody', 'activation_code', {
    example: '12345678'.slice(0, digits),
    minLength: digits,
    pattern: `^[0-9]{${digits},${CODE_DIGITS_MAX}}$`,
  });
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

function describeRegister(operation: Operation | undefined, environment: Environment): void {
  if (operation === undefined) return;
  const { ACTIVATION_CODE_LENGTH: digits, ACTIVATION_CODE_EXPIRY_SECONDS: life } = environment;
  operation.description =
    `Creates an account that must be activated, and sends a mail with an activation code of ${digits} digits. The code ` +
    `is valid for ${life} ${plural('second', life)} after the mail server accepts the mail. A registration ` +
    'whose code expired unused does not block its address: registering the address again replaces it.';
}

function describeNewCode(operation: Operation | undefined, environment: Environment): void {
  if (operation === undefined) return;
  const { ACTIVATION_CODE_MAX_RESENDS: resends } = environment;
  operation.description =
    `Sends a new code; the old one is no longer valid. A registration gets at most ${resends} new codes. After that, ` +
    'a 429 says when the last code expires and the address can be registered again.';
}

/** In concealed mode, register has no response that says whether an address is taken. */
function conceal(operation: Operation | undefined, note: string): void {
  if (operation === undefined) return;
  delete operation.responses['409'];
  operation.description = `${operation.description ?? ''} ${note}`;
}

const plural = (word: string, count: number): string => (count === 1 ? word : `${word}s`);
