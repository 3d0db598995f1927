import { Inject, Injectable } from '@nestjs/common';
import { Validate, ValidatorConstraint, type ValidatorConstraintInterface } from 'class-validator';
import { faultOf, PasswordRules } from '@app/users';

/** Made by Nest's container, because the rules come from the configuration. */
@Injectable()
@ValidatorConstraint({ name: 'isFitPassword' })
export class FitPasswordConstraint implements ValidatorConstraintInterface {
  constructor(@Inject(PasswordRules) private readonly rules: PasswordRules) {}

  validate(value: unknown): boolean {
    return typeof value === 'string' && faultOf(value, this.rules) === undefined;
  }

  defaultMessage(args?: { value: unknown }): string {
    return typeof args?.value === 'string' ? (faultOf(args.value, this.rules) ?? '') : 'must be a string';
  }
}

/** A password that the rules of this deployment accept. */
export const IsFitPassword = (): PropertyDecorator => Validate(FitPasswordConstraint);
