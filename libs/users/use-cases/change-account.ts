import { Inject, Injectable } from '@nestjs/common';
import { freshMailId } from '@app/activation';
import {
  AccountAdministration,
  type Operator,
  type OperatorActivation,
  type ResendOutcome,
  type Target,
} from '../domain/account-administration';

/** What an operator does for one person: a new code, or the activation itself. */
@Injectable()
export class ChangeAccount {
  constructor(@Inject(AccountAdministration) private readonly administration: AccountAdministration) {}

  /**
   * Owes a new code, beyond the person's own limits.
   * @param force also beyond the mailbox's mails of the day @throws {Unavailable}
   */
  async resendCode(target: Target, operator: Operator, force: boolean): Promise<ResendOutcome> {
    return await this.administration.resend(target, freshMailId(), operator, force);
  }

  /** Activates without a code. @throws {Unavailable} */
  async activate(target: Target, operator: Operator): Promise<OperatorActivation> {
    return await this.administration.activate(target, operator);
  }
}
