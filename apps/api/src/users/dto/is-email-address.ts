import { Validate, ValidatorConstraint, type ValidatorConstraintInterface } from 'class-validator';
import { parseEmailAddress } from '@app/users';

@ValidatorConstraint({ name: 'isEmailAddress' })
class EmailAddressConstraint implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return typeof value === 'string' && faultOf(value) === null;
  }

  defaultMessage(args?: { value: unknown }): string {
    return typeof args?.value === 'string' ? (faultOf(args.value) ?? '') : 'must be a string';
  }
}

/** An address that the domain accepts, in any of its spellings. */
export const IsEmailAddress = (): PropertyDecorator => Validate(EmailAddressConstraint);

function faultOf(value: string): string | null {
  try {
    parseEmailAddress(value);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
