import { Inject, Injectable } from '@nestjs/common';
import { Environment } from '@app/runtime';
import type { Locale } from '@app/mail';
import { freshCodeId } from '../domain/activation-code';
import { ActivationRepository, type PendingAccount } from '../domain/activation-repository';
import { ActivationError } from '../domain/errors';
import { AnnounceMail } from './announce-mail';

/** Puts a fresh code on its way to somebody whose password was right; the old one is dead from then on. */
@Injectable()
export class IssueNewCode {
  constructor(
    @Inject(ActivationRepository) private readonly activations: ActivationRepository,
    @Inject(Environment) private readonly environment: Environment,
    private readonly mail: AnnounceMail,
  ) {}

  /** @throws {ActivationError} activation.already_activated @throws {Unavailable} */
  async execute(account: PendingAccount, locale: Locale, requestId: string | null): Promise<void> {
    const codeId = freshCodeId();
    const replaced = await this.activations.replaceCode({
      accountId: account.id,
      codeId,
      digits: this.environment.ACTIVATION_CODE_LENGTH,
      locale,
      requestId,
    });
    if (!replaced) throw new ActivationError('activation.already_activated');
    await this.mail.execute(codeId);
  }
}
