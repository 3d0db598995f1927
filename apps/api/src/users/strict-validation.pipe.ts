import { Inject, Injectable, ValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import type { ValidationError, ValidatorOptions } from 'class-validator';
import { checkPassword, parseEmailAddress, PasswordRules, UsersError } from '@app/users';
import { faultOf, type FieldFault } from '../problem/problem';
import { ProblemError } from '../problem/problem-error';
import { RegisterBody } from './dto/users.dto';

/** Maximum number of fields in a body: no route needs more than a few, and each costs time. */
const FIELDS_MAX = 50;

/** Nest's ValidationPipe, strict, with the domain's rules of a registration, and with faults in the format of our problems. */
@Injectable()
export class StrictValidationPipe extends ValidationPipe {
  constructor(@Inject(PasswordRules) private readonly rules: PasswordRules) {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      stopAtFirstError: true,
      validationError: { target: false, value: true },
      exceptionFactory: (errors) => ProblemError.invalid(errors.map(toFault)),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const given = metadata.type === 'body' || isQuery(metadata) ? flat(value) : value;
    return (await super.transform(given, metadata)) as unknown;
  }

  protected override async validate(body: object, options?: ValidatorOptions): Promise<ValidationError[]> {
    const errors = await super.validate(body, options);
    if (!(body instanceof RegisterBody)) return errors;
    const { email, password } = body;
    const broken = [
      brokenRule('email', email, parseEmailAddress),
      brokenRule('password', password, (given) => checkPassword(given, this.rules)),
    ];
    return [...errors, ...broken.filter((error) => error !== undefined)];
  }
}

/** The whole query of a route, not one parameter of it. */
const isQuery = ({ type, data }: ArgumentMetadata): boolean => type === 'query' && data === undefined;

/** The error of a rule in the format of class-validator; a value that is not a string has already been reported. */
function brokenRule(
  property: string,
  value: unknown,
  check: (value: string) => unknown,
): ValidationError | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    check(value);
    return undefined;
  } catch (error) {
    if (!(error instanceof UsersError)) throw error;
    return { property, value, constraints: { domain: error.message }, contexts: { domain: error.rule } };
  }
}

/**
 * Copies a body or a query so that class-transformer can read it safely. No field takes an object or a list, so an empty
 * list replaces each. class-transformer would call a value named `constructor` in one, and would silently skip names that
 * every object has instead of reporting them as unknown.
 */
function flat(body: unknown): object {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw ProblemError.invalid([faultOf('body', 'invalid', 'must be a JSON object')]);
  }
  const names = Object.keys(body);
  if (names.length > FIELDS_MAX) {
    const message = `must have at most ${FIELDS_MAX} fields`;
    throw ProblemError.invalid([faultOf('body', 'too_long', message, { max: FIELDS_MAX })]);
  }
  const inherited = names.filter((name) => name in Object.prototype);
  if (inherited.length > 0) throw ProblemError.invalid(inherited.map(unknownField));
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null ? [] : (value as unknown),
    ]),
  );
}

/** Maximum length of a field name that is repeated to the client, in UTF-16 code units. */
const FIELD_LENGTH_MAX = 64;

function toFault({ property, value, constraints = {}, contexts = {} }: ValidationError): FieldFault {
  if (Object.hasOwn(constraints, 'whitelistValidation')) return unknownField(property);
  if (value === undefined || value === null) return faultOf(property, 'required', 'is required');
  const [[constraint, message] = ['', 'is invalid']] = Object.entries(constraints);
  const { kind, params } = (contexts[constraint] as UsersError['rule'] | undefined) ?? {};
  return faultOf(property, kind ?? 'invalid', message, params);
}

const unknownField = (name: string): FieldFault =>
  faultOf(name.slice(0, FIELD_LENGTH_MAX), 'unknown', 'is not a known field');
