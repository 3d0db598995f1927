import { Inject, Injectable } from '@nestjs/common';
import { Environment } from '@app/runtime';
import { CodeDeriver } from '../domain/activation-code';
import { ActivationRepository, type PendingAccount } from '../domain/activation-repository';
import { ActivationError } from '../domain/errors';

/** Redeems the code of somebody whose password was right. */
@Injectable()
export class ActivateAccount {
  constructor(
    @Inject(ActivationRepository) private readonly activations: ActivationRepository,
    @Inject(Environment) private readonly environment: Environment,
    private readonly codes: CodeDeriver,
  ) {}

  /** Resolves to the moment of activation. @throws {ActivationError} @throws {Unavailable} */
  async execute(account: PendingAccount, attempt: string, passwordHash?: string): Promise<Date> {
    if (account.code === null) throw new ActivationError('activation.already_activated');
    const redemption = await this.activations.redeem({
      accountId: account.id,
      mailId: account.code.mailId,
      right: this.codes.matches(account.code, attempt),
      maxWrongTries: this.environment.ACTIVATION_CODE_MAX_ATTEMPTS,
      ...(passwordHash === undefined ? {} : { passwordHash }),
    });
    switch (redemption.outcome) {
      case 'activated':
        return redemption.activatedAt;
      case 'wrong':
        throw new ActivationError('activation.code_wrong');
      case 'dead':
        throw new ActivationError('activation.code_dead');
      case 'already_activated':
        throw new ActivationError('activation.already_activated');
    }
  }
}
