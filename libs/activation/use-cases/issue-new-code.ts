import { Inject, Injectable } from '@nestjs/common';
import { Environment } from '@app/runtime';
import type { Locale } from '@app/mail';
import { Doorbell } from '@app/owed-work';
import { freshMailId } from '../domain/activation-code';
import { ActivationRepository, type PendingAccount } from '../domain/activation-repository';
import { ActivationError } from '../domain/errors';

/** Puts a fresh code on its way to somebody whose password was right; the old one is dead from then on. */
@Injectable()
export class IssueNewCode {
  constructor(
    @Inject(ActivationRepository) private readonly activations: ActivationRepository,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(Doorbell) private readonly doorbell: Doorbell,
  ) {}

  /**
   * As often as one registration may ask: every code holds the address for its life, and a stranger's must not hold
   * it for ever. @throws {ActivationError} already_activated, codes_used_up @throws {Unavailable}
   */
  async execute(account: PendingAccount, locale: Locale, requestId: string | null): Promise<void> {
    const mailId = freshMailId();
    const outcome = await this.activations.replaceCode({
      accountId: account.id,
      mailId,
      digits: this.environment.ACTIVATION_CODE_LENGTH,
      locale,
      requestId,
      maxResends: this.environment.ACTIVATION_CODE_MAX_RESENDS,
    });
    if (outcome === 'already_activated') throw new ActivationError('activation.already_activated');
    if (outcome === 'used_up') {
      // By then the last code is dead, and the address can be registered anew.
      const lifeSeconds = this.environment.ACTIVATION_CODE_EXPIRY_SECONDS;
      throw new ActivationError('activation.codes_used_up', lifeSeconds);
    }
    this.doorbell.ring();
  }
}
