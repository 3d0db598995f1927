import type { OpenAPIObject } from '@nestjs/swagger';
import type { Environment } from '@app/runtime';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Properties = Record<string, Record<string, unknown>>;

/** Longest code that validation accepts, in digits: an address that has seen many wrong tries gets longer ones. */
const CODE_DIGITS_MAX = 8;

/** Says what the configuration decides: lengths, lives and counts, and what concealed mode no longer answers. */
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
      'The same answer comes where the address is taken; its owner gets a mail that says so.',
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
    `Creates an account that has to be activated, and sends a mail with a code of ${digits} digits. The code ` +
    `is valid for ${life} ${plural('second', life)} from the moment its mail is handed to the mail server. A registration ` +
    'whose code expired unused does not hold its address: registering the address again replaces it.';
}

function describeNewCode(operation: Operation | undefined, environment: Environment): void {
  if (operation === undefined) return;
  const { ACTIVATION_CODE_MAX_RESENDS: resends } = environment;
  operation.description =
    `Sends a new code; the old one is no longer valid. One registration gets at most ${resends} of them; then a ` +
    '429 says when its last code is dead, and registering again is possible.';
}

/** Concealed, register has no answer for a taken address. */
function conceal(operation: Operation | undefined, note: string): void {
  if (operation === undefined) return;
  delete operation.responses['409'];
  operation.description = `${operation.description ?? ''} ${note}`;
}

const plural = (word: string, count: number): string => (count === 1 ? word : `${word}s`);
