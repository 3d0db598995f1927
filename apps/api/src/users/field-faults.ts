import type { ValidationError } from 'class-validator';
import { EMAIL_LENGTH_MAX, PASSWORD_BYTES_MAX, type PasswordRules } from '@app/users';
import type { FieldFault } from '../problem/problem';

/** Longest field name that is repeated to the client, in UTF-16 code units. */
const FIELD_LENGTH_MAX = 64;

type Coded = Pick<FieldFault, 'params'> & { readonly kind: string };

/** Gives each fault that class-validator found its code and numbers. */
export class FieldFaults {
  constructor(private readonly rules: PasswordRules) {}

  of({ property, value, constraints = {} }: ValidationError): FieldFault {
    if (Object.hasOwn(constraints, 'whitelistValidation')) return unknownField(property);
    const given: unknown = value;
    const { kind, params } = given === undefined || given === null ? REQUIRED : this.kindOf(property, given);
    const message = kind === 'required' ? 'is required' : (Object.values(constraints)[0] ?? 'is not valid');
    return { field: property, code: `${property}.${kind}`, params, message };
  }

  private kindOf(property: string, value: unknown): Coded {
    if (typeof value !== 'string') return INVALID;
    if (property === 'email' && Array.from(value.trim()).length > EMAIL_LENGTH_MAX) {
      return { kind: 'too_long', params: { max: EMAIL_LENGTH_MAX } };
    }
    return property === 'password' ? this.kindOfPassword(value.normalize('NFC')) : INVALID;
  }

  /** In the order in which the domain judges a password. */
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
const INVALID: Coded = { kind: 'invalid', params: {} };

export function unknownField(name: string): FieldFault {
  const field = name.slice(0, FIELD_LENGTH_MAX);
  return { field, code: `${field}.unknown`, params: {}, message: 'is not a known field' };
}
