import { Inject, Injectable } from '@nestjs/common';
import { CodeDeriver } from '@app/activation';
import { Environment } from '@app/runtime';
import {
  AccountAdministration,
  type Operator,
  type OperatorActivation,
  type ResendOutcome,
  type Target,
} from '../domain/account-administration';

/** Changes for one person by an operator: a new code, or the activation itself. */
@Injectable()
export class ChangeAccount {
  constructor(
    @Inject(AccountAdministration) private readonly administration: AccountAdministration,
    @Inject(Environment) private readonly environment: Environment,
    private readonly codes: CodeDeriver,
  ) {}

  /**
   * Owes a new code, ignoring the person's own limits.
   * @param force even if the mailbox has reached its daily limit @throws {Unavailable}
   */
  async resendCode(target: Target, operator: Operator, force: boolean): Promise<ResendOutcome> {
    const code = this.codes.issue(this.environment.ACTIVATION_CODE_LENGTH);
    return await this.administration.resend(target, code, operator, force);
  }

  /** Activates without a code. @throws {Unavailable} */
  async activate(target: Target, operator: Operator): Promise<OperatorActivation> {
    return await this.administration.activate(target, operator);
  }
}
