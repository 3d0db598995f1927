import { Inject, Injectable, ValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import type { ValidationError, ValidatorOptions } from 'class-validator';
import { EMAIL_LENGTH_MAX, EMAIL_TOO_LONG, faultOf, PASSWORD_BYTES_MAX, PasswordRules } from '@app/users';
import type { FieldFault } from '../problem/problem';
import { ProblemError } from '../problem/problem-error';
import { RegisterBody } from './dto/users.dto';

/** Maximum number of fields in a body: no route needs more than a few, and each costs time. */
const FIELDS_MAX = 50;

/** Nest's strict ValidationPipe, with the one configurable rule, and with faults in the format of our problems. */
@Injectable()
export class BodyValidationPipe extends ValidationPipe {
  constructor(@Inject(PasswordRules) private readonly rules: PasswordRules) {
    const faults = new FieldFaults(rules);
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      stopAtFirstError: true,
      validationError: { target: false, value: true },
      exceptionFactory: (errors) => ProblemError.invalid(errors.map((error) => faults.of(error))),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type !== 'body') return (await super.transform(value, metadata)) as unknown;
    return (await super.transform(flat(value), metadata)) as unknown;
  }

  protected override async validate(body: object, options?: ValidatorOptions): Promise<ValidationError[]> {
    const errors = await super.validate(body, options);
    const unfit = body instanceof RegisterBody ? this.unfitPassword(body) : undefined;
    const known = errors.some(({ property }) => property === 'password');
    return unfit === undefined || known ? errors : [...errors, unfit];
  }

  private unfitPassword({ password }: RegisterBody): ValidationError | undefined {
    const fault = typeof password === 'string' ? faultOf(password, this.rules) : undefined;
    return fault === undefined
      ? undefined
      : { property: 'password', value: password, constraints: { isFitPassword: fault } };
  }
}

/**
 * Copies a body so that class-transformer can read it safely. No field takes an object or a list. class-transformer
 * would call a value named `constructor` in one, and would silently skip names that every object has instead of
 * reporting them as unknown.
 */
function flat(body: unknown): object {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw ProblemError.invalid([
      { field: 'body', code: 'body.invalid', params: {}, message: 'must be a JSON object' },
    ]);
  }
  const names = Object.keys(body);
  if (names.length > FIELDS_MAX) {
    const message = `must have at most ${FIELDS_MAX} fields`;
    throw ProblemError.invalid([
      { field: 'body', code: 'body.too_long', params: { max: FIELDS_MAX }, message },
    ]);
  }
  const inherited = names.filter((name) => name in Object.prototype);
  if (inherited.length > 0) throw ProblemError.invalid(inherited.map(unknownField));
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      typeof value === 'object' ? null : (value as unknown),
    ]),
  );
}

/** Maximum length of a field name that is repeated to the client, in UTF-16 code units. */
const FIELD_LENGTH_MAX = 64;

type Coded = Pick<FieldFault, 'params'> & { readonly kind: string };

/** Adds a code and the bounds to each fault that class-validator found. */
class FieldFaults {
  constructor(private readonly rules: PasswordRules) {}

  of({ property, value, constraints = {} }: ValidationError): FieldFault {
    if (Object.hasOwn(constraints, 'whitelistValidation')) return unknownField(property);
    const given: unknown = value;
    const said = Object.values(constraints)[0] ?? 'is invalid';
    const absent = given === undefined || given === null;
    const { kind, params } = absent ? REQUIRED : this.kindOf(property, given, said);
    return { field: property, code: `${property}.${kind}`, params, message: absent ? 'is required' : said };
  }

  private kindOf(property: string, value: unknown, said: string): Coded {
    if (typeof value !== 'string') return INVALID;
    if (property === 'email') return said === EMAIL_TOO_LONG ? TOO_LONG : INVALID;
    return property === 'password' ? this.kindOfPassword(value.normalize('NFC')) : INVALID;
  }

  /** In the order in which the domain checks a password. */
  private kindOfPassword(password: string): Coded {
    const { minLength, blocklist } = this.rules;
    if (Array.from(password).length < minLength) return { kind: 'too_short', params: { min: minLength } };
    if (Buffer.byteLength(password) > PASSWORD_BYTES_MAX) {
      return { kind: 'too_long', params: { max: PASSWORD_BYTES_MAX } };
    }
    return blocklist.has(password.toLowerCase()) ? { kind: 'too_common', params: {} } : INVALID;
  }
}

const REQUIRED: Coded = { kind: 'required', params: {} };
const TOO_LONG: Coded = { kind: 'too_long', params: { max: EMAIL_LENGTH_MAX } };
const INVALID: Coded = { kind: 'invalid', params: {} };

function unknownField(name: string): FieldFault {
  const field = name.slice(0, FIELD_LENGTH_MAX);
  return { field, code: `${field}.unknown`, params: {}, message: 'is not a known field' };
}
